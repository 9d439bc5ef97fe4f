package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.classify.ClassificationPredictor;
import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.classify.Knn;
import io.github.dino4j.classify.LinearClassifier;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.data.ClassFolders;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationEvaluationTest {
    private static final LocalDate DAY = LocalDate.of(2026, 1, 2);

    @TempDir
    private Path folder = Path.of("");

    /** Dark and bright pictures, in class folders. */
    private TruthSet photos(String name) throws IOException {
        for (String kind : List.of("bright", "dark")) {
            Path in = Files.createDirectories(folder.resolve(name).resolve(kind));
            for (int i = 0; i < 5; i++) {
                byte[] rgb = new byte[3 * 32 * 32];
                Arrays.fill(rgb, (byte) (kind.equals("dark") ? 10 + i : 240 + i));
                RgbImage.of(32, 32, rgb).writePng(in.resolve(i + ".png"));
            }
        }
        return ClassFolders.read(folder.resolve(name));
    }

    private ClassificationEvaluation of(PhotoFeatures features) throws IOException {
        return ClassificationEvaluation.of(features, photos("train"), photos("test"), EvaluationListener.NONE);
    }

    @Test
    void pixelsTellDarkFromBright() throws IOException {
        var evaluation = of(PhotoFeatures.pixels(4));
        var result = evaluation.knn(Knn.Options.DINOV3.withKs(3), DAY).get(0);
        assertThat(result.metrics().top1()).isEqualTo(1);
    }

    @Test
    void theResultHoldsItsProtocol() throws IOException {
        try (Model model = TinyModel.random()) {
            var evaluation = of(PhotoFeatures.of(FeatureReader.classToken(model)));
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
        var evaluation = of(PhotoFeatures.pixels(2));
        var result = evaluation.logistic(List.of(0.1, 1.0), 0.2, 7, DAY);
        assertThat(result.protocol().get("c")).isEqualTo(0.1);
        assertThat(result.metrics().top1()).isEqualTo(1);
    }

    private TruthSet withBroken() throws IOException {
        photos("broken");
        Files.writeString(folder.resolve("broken/dark/bad.png"), "no picture");
        return ClassFolders.read(folder.resolve("broken"));
    }

    @Test
    void aPhotoThatCannotBeReadIsToldBeforeTheFirstPass() throws IOException {
        TruthSet set = withBroken();
        assertThatThrownBy(() -> PhotoFeatures.pixels(2).read(set, EvaluationListener.NONE))
                .isInstanceOf(DataSetException.class)
                .hasMessageContaining("bad.png");
    }

    @Test
    void aPhotoThatCannotBeReadMayBeSkippedAndIsNamed() throws IOException {
        LabelledFeatures read =
                PhotoFeatures.pixels(2).with(Unreadable.SKIP).read(withBroken(), EvaluationListener.NONE);
        assertThat(read.labels()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
        assertThat(read.data().skipped()).hasSize(1);
    }

    @Test
    void batchesGiveWhatSinglePhotosGive() throws IOException {
        try (Model model = TinyModel.random()) {
            PhotoFeatures features = PhotoFeatures.of(FeatureReader.classToken(model));
            TruthSet set = photos("train");
            var batched = features.withBatch(4).read(set, EvaluationListener.NONE);
            var single = features.withBatch(1).read(set, EvaluationListener.NONE);
            assertThat(batched.rows().row(9)).containsExactly(single.rows().row(9), within(1e-5f));
        }
    }

    @Test
    void theListenerHearsOfEachPhotoAndMayEndIt() throws IOException {
        List<Integer> done = new ArrayList<>();
        EvaluationListener afterFour = new EvaluationListener() {
            @Override
            public void evaluated(Step step) {
                done.add(step.done());
            }

            @Override
            public boolean cancelled() {
                return done.size() >= 4;
            }
        };
        TruthSet set = photos("train");
        assertThatThrownBy(() -> PhotoFeatures.pixels(2).withBatch(2).read(set, afterFour))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("4 of 10");
        assertThat(done).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aHeadIsMeasuredWithTheTransformOfItsPredictor() throws IOException {
        try (Model model = TinyModel.random();
                ClassificationPredictor predictor = ClassificationPredictor.of(
                        model,
                        LoadedHead.random(
                                3,
                                p -> new LinearClassifier(
                                        p,
                                        new LinearClassifier.Config(
                                                LinearInput.CLASS_AND_MEAN,
                                                LinearInput.CLASS_AND_MEAN.width(TinyModel.CONFIG),
                                                2))),
                        ClassList.of("kinds", List.of("bright", "dark")))) {
            TruthSet set = photos("test");
            var result = ClassificationEvaluation.linear(
                    predictor, PhotoFeatures.of(predictor.reader()), set, DAY, EvaluationListener.NONE);
            long right = 0;
            for (Example example : set.examples()) {
                right += predictor.predict(example.image()).best().category()
                                == example.category().orElseThrow()
                        ? 1
                        : 0;
            }
            assertThat(result.metrics().top1()).isEqualTo(right / 10.0);
            assertThat(result.toJson().at("/setup/head").asText()).contains("seed 3");
        }
    }
}
