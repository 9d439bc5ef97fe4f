package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippet of package-info. */
class PackageInfoTest {

    @Test
    void laysPicturesOverAPhoto(@TempDir Path folder) throws Exception {
        RgbImage photo = ImageDecoder.standard().read(Path.of("../samples/coffee.jpg"));
        try (Dino dino = Dino.random(BackboneCatalog.get("dino_vitt16").config(), 1)) {

            Features features = dino.features(photo);
            PcaPicture picture =
                    PcaPainter.fit(List.of(features), PcaOptions.DEFAULT).paint(features);
            picture.overlay(photo, 0.7).writePng(folder.resolve("pca.png"));
            Similarity.at(features, 320, 240, features).overlay(photo).writePng(folder.resolve("similar.png"));
        }

        assertThat(ImageDecoder.standard().read(folder.resolve("pca.png")).width())
                .isEqualTo(photo.width());
        assertThat(folder.resolve("similar.png")).isNotEmptyFile();
    }
}
