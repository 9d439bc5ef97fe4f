package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.classify.Knn;
import io.github.dino4j.classify.LabelledPhotos;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationEvaluationTest {
    private static final LocalDate DAY = LocalDate.of(2026, 1, 2);

    @TempDir
    private Path folder = Path.of("");

    /** Dark and bright pictures, in class folders. */
    private LabelledPhotos photos(String name) throws IOException {
        for (String kind : List.of("bright", "dark")) {
            Path in = Files.createDirectories(folder.resolve(name).resolve(kind));
            for (int i = 0; i < 5; i++) {
                byte[] rgb = new byte[3 * 32 * 32];
                Arrays.fill(rgb, (byte) (kind.equals("dark") ? 10 + i : 240 + i));
                RgbImage.of(32, 32, rgb).writePng(in.resolve(i + ".png"));
            }
        }
        return LabelledPhotos.of(folder.resolve(name));
    }

    @Test
    void pixelsTellDarkFromBright() throws IOException {
        var evaluation = ClassificationEvaluation.ofPixels(photos("train"), photos("test"), 4);
        var result = evaluation.knn(Knn.Options.DINOV3.withKs(3), DAY).get(0);
        assertThat(result.metrics().top1()).isEqualTo(1);
    }

    @Test
    void theResultHoldsItsProtocol() throws IOException {
        try (Model model = TinyModel.random()) {
            var evaluation =
                    ClassificationEvaluation.of(FeatureReader.classToken(model), photos("train"), photos("test"));
            var json =
                    evaluation.knn(Knn.Options.DINOV3.withKs(1, 3), DAY).get(1).toJson();
            assertThat(json.path("protocol").path("k").asInt()).isEqualTo(3);
            assertThat(json.path("protocol").path("temperature").asDouble()).isEqualTo(0.07);
            assertThat(json.path("protocol").path("training_images").asInt()).isEqualTo(10);
            assertThat(json.path("setup").path("transform").asText()).contains("224");
        }
    }

    @Test
    void logisticRegressionSaysWhichStrengthItChose() throws IOException {
        var evaluation = ClassificationEvaluation.ofPixels(photos("train"), photos("test"), 2);
        var result = evaluation.logistic(List.of(0.1, 1.0), 0.2, 7, DAY);
        assertThat(result.protocol().get("c")).isEqualTo(0.1);
        assertThat(result.metrics().top1()).isEqualTo(1);
    }
}
