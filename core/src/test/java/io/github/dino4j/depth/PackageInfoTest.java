package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of package-info, with small models. */
class PackageInfoTest {

    @Test
    void predictsAndDrawsDepth(@TempDir Path folder) throws Exception {
        Path head = TinyHeads.write(
                folder.resolve("dinov2_vits14_nyu_dpt_head.pth"), TinyHeads.dptWeights("decode_head.", TinyHeads.DPT));
        Depths.photo(64, 48).writePng(folder.resolve("photo.png"));

        try (Model model = Model.random(DepthPredictorTest.four(TinyModel.CONFIG), 1);
                DepthPredictor predictor = DepthPredictor.load(model, head)) {
            predictor.predict(folder.resolve("photo.png")).withScaleBar().writePng(folder.resolve("depth.png"));
        }

        assertThat(folder.resolve("depth.png")).isNotEmptyFile();
    }

    @Test
    void comparesDrawsAndWritesDepth(@TempDir Path folder) throws Exception {
        RgbImage photo = Depths.photo(64, 48);
        DepthMap depth = Depths.ramp(4, 3);
        depth.resize(64, 48).writePng16(folder.resolve("depth.png"));

        DepthImage truth = DepthImage.read(folder.resolve("depth.png"), 0.001).requireSizeOf(photo);
        DepthMetrics metrics = DepthProtocol.NYU.evaluate(depth, truth);
        depth.sideBySide(photo).writePng(folder.resolve("picture.png"));
        depth.resize(photo.width(), photo.height()).writePly(folder.resolve("cloud.ply"), photo, 525);

        assertThat(metrics.rmse()).isLessThan(0.0005); // half a millimetre is lost in the PNG
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("depth.png", "picture.png", "cloud.ply");
    }
}
