package io.github.dino4j.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippet of package-info. */
class PackageInfoTest {

    @Test
    void findsAndMeasures(@TempDir Path folder) throws Exception {
        RgbImage photo = TinyModel.picture(130, 90, 1);
        Path file = folder.resolve("detector.safetensors");
        DetectorConfig config = SmallDetector.config(3);
        try (Model model = TinyModel.random();
                LoadedHead<Detector> head = SmallDetector.random(config)) {
            head.save(file, DetectorFile.texts(config, ClassList.numbered(3), 96));

            try (DetectionPredictor predictor = DetectionPredictor.load(model, file)) {
                DetectionList objects = predictor.predict(photo);
                objects.overlay(photo).writePng(folder.resolve("objects.png"));
                CocoMetrics metrics = new CocoMetrics(predictor.classes());
                metrics.add(List.of(TrueBox.of(new Box(10, 20, 110, 220), 1)), objects.detections());
                assertThat(metrics.table()).contains("AP50");
            }
        }

        assertThat(folder.resolve("objects.png")).isNotEmptyFile();
    }
}
