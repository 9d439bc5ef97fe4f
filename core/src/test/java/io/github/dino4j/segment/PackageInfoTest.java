package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippet of package-info. */
class PackageInfoTest {

    @Test
    void comparesAPredictionWithItsTruth(@TempDir Path folder) throws Exception {
        RgbImage photo = TinyModel.picture(48, 32, 1);
        Path head = WrittenHead.linear("", 48, 11).write(folder);
        SegmentMap drawn = SegmentMap.of(48, 32, new short[48 * 32], new float[48 * 32], ClassList.named("camvid"));
        drawn.writeIndexedPng(folder.resolve("0001.png"));
        String table;
        try (Model model = TinyModel.random()) {

            ClassList classes = ClassList.named("camvid");
            try (SegmentPredictor predictor = SegmentPredictor.load(model, head, classes)) {
                SegmentMap map = predictor.predict(photo);
                LabelImage truth = LabelImage.read(folder.resolve("0001.png"));
                SegmentMetrics metrics = new SegmentMetrics(classes);
                metrics.add(map, truth);
                table = metrics.table();
                map.overlay(photo).writePng(folder.resolve("overlay.png"));
            }
        }

        assertThat(table).contains("pixel accuracy");
        assertThat(folder.resolve("overlay.png")).isNotEmptyFile();
    }
}
