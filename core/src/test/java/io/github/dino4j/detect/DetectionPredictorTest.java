package io.github.dino4j.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectionPredictorTest {
    private static final ClassList CLASSES = ClassList.of("cells", List.of("red", "white", "platelet"));
    private static final RgbImage PHOTO = TinyModel.picture(130, 90, 2);

    @TempDir
    private Path folder;

    private static DetectionOptions all() {
        return DetectionOptions.ofSide(96, 16).forEvaluation().withMost(12);
    }

    @Test
    void aFileGivesTheDetectorThatWroteIt() {
        DetectorConfig config = SmallDetector.config(3);
        Path file = folder.resolve("detector.safetensors");
        try (Model model = TinyModel.random();
                LoadedHead<Detector> head = SmallDetector.random(config)) {
            head.save(file, DetectorFile.texts(config, CLASSES, 96));
            DetectionList own;
            try (DetectionPredictor predictor =
                    DetectionPredictor.of(model, SmallDetector.random(config), CLASSES, all())) {
                own = predictor.predict(PHOTO);
            }

            try (DetectionPredictor read = DetectionPredictor.load(
                    model,
                    file,
                    Optional.empty(),
                    options -> options.forEvaluation().withMost(12))) {
                assertThat(read.head().config()).isEqualTo(config);
                assertThat(read.classes()).isEqualTo(own.classes());
                assertThat(read.predict(PHOTO)).isEqualTo(own);
            }
        }
    }

    @Test
    void boxesLieInThePhotoAndTheSurestComesFirst() {
        try (Model model = TinyModel.random();
                DetectionPredictor predictor =
                        DetectionPredictor.of(model, SmallDetector.random(SmallDetector.config(3)), CLASSES, all())) {
            DetectionList list = predictor.predict(PHOTO);

            assertThat(list.detections()).hasSize(12);
            assertThat(list.detections())
                    .allSatisfy(one -> assertThat(one.box()).isEqualTo(one.box().clip(130, 90)));
            assertThat(list.detections()).isSortedAccordingTo((a, b) -> Float.compare(b.score(), a.score()));
        }
    }

    @Test
    void aPhotoThatIsNoMultipleOfThePatchIsPadded() {
        try (Model model = TinyModel.random();
                DetectionPredictor predictor = DetectionPredictor.of(
                        model,
                        SmallDetector.random(SmallDetector.config(3)),
                        CLASSES,
                        all().withSizing(new Sizing.AsIs()))) {
            assertThat(predictor.predict(PHOTO).detections()).hasSize(12);
        }
    }

    @Test
    void aSmallPhotoHasFewerAnswersThanQueries() {
        try (Model model = TinyModel.random();
                DetectionPredictor predictor = DetectionPredictor.of(
                        model, SmallDetector.random(SmallDetector.config(1)), ClassList.numbered(1), all())) {
            assertThat(predictor.predict(TinyModel.picture(32, 32, 1)).detections())
                    .hasSize(10);
        }
        try (Model model = TinyModel.random();
                DetectionPredictor predictor = DetectionPredictor.of(
                        model,
                        SmallDetector.random(SmallDetector.config(1)),
                        ClassList.numbered(1),
                        all().withSizing(new Sizing.AsIs()))) {
            assertThat(predictor.predict(TinyModel.picture(32, 32, 1)).detections())
                    .hasSize(5); // 2 x 2 places and the one above them
        }
    }

    @Test
    void refusesAFileForAnotherBackbone() {
        DetectorConfig config = SmallDetector.config(3);
        Path file = folder.resolve("detector.safetensors");
        try (Model other = Model.random(TinyModel.of(96, 3, 2), 1);
                LoadedHead<Detector> head = SmallDetector.random(config)) {
            head.save(file, DetectorFile.texts(config, CLASSES, 96));

            assertThatThrownBy(() -> DetectionPredictor.load(other, file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("reads 96 channels")
                    .hasMessageContaining("gives 192");
        }
    }

    @Test
    void refusesAFileWithoutADetector() {
        Path file = folder.resolve("other.safetensors");
        try (LoadedHead<io.github.dino4j.nn.LayerNorm> norm =
                LoadedHead.random(1, p -> new io.github.dino4j.nn.LayerNorm(p, 1e-5, 4))) {
            norm.save(file, Map.of());
        }

        assertThatThrownBy(() -> DetectorFile.open(file)).hasMessageContaining("no detector is in it");
    }

    @Test
    void refusesAPhotoThatTakesMoreThanTheBudget() {
        long before = Engine.memoryBudget();
        try (Model model = TinyModel.random();
                DetectionPredictor predictor =
                        DetectionPredictor.of(model, SmallDetector.random(SmallDetector.config(3)), CLASSES, all())) {
            Engine.memoryBudget(1000);

            assertThatThrownBy(() -> predictor.predict(PHOTO)).hasMessageContaining("the memory budget is");
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void aDetectorWithoutTextsIsReadAsThePublishedOnes() {
        DetectorConfig published = SmallDetector.config(91);
        Path file = folder.resolve("plain.safetensors");
        try (LoadedHead<Detector> head = SmallDetector.random(published)) {
            head.save(file, Map.of());
        }

        DetectorConfig read = DetectorFile.open(file).config(TinyModel.CONFIG, "tiny");

        assertThat(read.proposalStrides()).containsExactly(8, 16, 32, 64);
        assertThat(read.bias()).isEqualTo(PositionBias.LINEAR);
        assertThat(read.queries()).isEqualTo(8); // half of 16
    }

    @Test
    void writesCocosResults() {
        DetectionList list = new DetectionList(
                100, 80, CocoClasses.list(), List.of(new Detection(Box.ofSize(10, 20, 30, 40), 79, 0.5f)));

        assertThat(list.toCocoResults(42, CocoClasses::id).toString())
                .isEqualTo("[{\"image_id\":42,\"category_id\":90,\"bbox\":[10.0,20.0,30.0,40.0],\"score\":0.5}]");
        assertThat(list.toJson().at("/detections/0/category").asText()).isEqualTo("toothbrush");
    }

    @Test
    void cocosNumbersLeaveTenOut() {
        assertThat(CocoClasses.numbered().nameOf(CocoClasses.id(17))).isEqualTo("horse");
        assertThat(CocoClasses.id(11)).isEqualTo(13);
        assertThat(CocoClasses.numbered().names().stream().filter(n -> n.startsWith("unused")))
                .hasSize(11);
    }

    @Test
    void drawsABoxInTheColourOfItsClass() {
        RgbImage photo = RgbImage.of(1000, 600, new byte[3 * 1000 * 600]);
        DetectionList list =
                new DetectionList(1000, 600, CLASSES, List.of(new Detection(Box.ofSize(200, 100, 400, 300), 1, 0.9f)));

        RgbImage picture = list.overlay(photo);

        assertThat(picture.pixel(400, 400)).isEqualTo(CLASSES.colourOf(1));
        assertThat(picture.pixel(400, 250)).isZero();
    }
}
