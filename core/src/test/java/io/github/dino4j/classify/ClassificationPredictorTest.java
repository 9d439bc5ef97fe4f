package io.github.dino4j.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationPredictorTest {
    private static final ClassList CLASSES = ClassList.of("pets", List.of("cat", "dog", "fish"));

    @TempDir
    private Path folder = Path.of("");

    private static LoadedHead<LinearClassifier> head(LinearInput input) {
        LinearClassifier.Config config =
                new LinearClassifier.Config(input, input.width(TinyModel.CONFIG), CLASSES.size());
        return LoadedHead.random(3, p -> new LinearClassifier(p, config));
    }

    @Test
    void aSavedHeadKnowsItsInputAndItsClasses() {
        Path file = folder.resolve("head.safetensors");
        try (Model model = TinyModel.random();
                ClassificationPredictor written =
                        ClassificationPredictor.of(model, saved(head(LinearInput.classTokens(2)), file), CLASSES);
                ClassificationPredictor read = ClassificationPredictor.load(model, file)) {
            assertThat(read.head().config().input()).isEqualTo(LinearInput.classTokens(2));
            assertThat(read.classes().names()).isEqualTo(CLASSES.names());
            var photo = TinyModel.picture(64, 48, 1);
            assertThat(read.predict(photo).probabilities())
                    .containsExactly(written.predict(photo).probabilities());
        }
    }

    private static LoadedHead<LinearClassifier> saved(LoadedHead<LinearClassifier> head, Path file) {
        head.save(file, ClassifierFile.texts(head.head().config().input(), CLASSES.names()));
        return head;
    }

    @Test
    void probabilitiesOfOneLabelSumToOne() {
        try (Model model = TinyModel.random();
                ClassificationPredictor predictor =
                        ClassificationPredictor.of(model, head(LinearInput.CLASS_AND_MEAN), CLASSES)) {
            double[] shares = predictor.predict(TinyModel.picture(64, 48, 1)).probabilities();
            assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void aHeadOfAnotherWidthIsRefusedWithBothWidths() {
        Path file = folder.resolve("other.safetensors");
        Safetensors.write(
                file,
                Map.of(
                        "weight", StoredTensor.InMemory.of(new long[] {2, 100}, new float[200]),
                        "bias", StoredTensor.InMemory.of(new long[] {2}, new float[2])),
                Map.of());
        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> ClassificationPredictor.load(model, file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("reads 100 values")
                    .hasMessageContaining("96");
        }
    }

    @Test
    void aFileWithoutAClassifierSaysWhatOneLooksLike() {
        Path file = folder.resolve("none.safetensors");
        Safetensors.write(file, Map.of("a", StoredTensor.InMemory.of(new long[] {1}, 1)), Map.of());
        assertThatThrownBy(() -> ClassifierFile.open(file)).hasMessageContaining("no linear classifier");
    }

    @Test
    void theBestClassesComeFirstAndJsonNamesThem() {
        Classification result = new Classification(CLASSES, 0.2, 0.5, 0.3);
        assertThat(result.best().name()).isEqualTo("dog");
        assertThat(result.toJson(2).path("top").get(1).path("name").asText()).isEqualTo("fish");
    }

    @Test
    void aFewExamplesMakeAClassifier() {
        try (Model model = TinyModel.random()) {
            FeatureReader reader = FeatureReader.classToken(model);
            float[][] rows = {reader.read(TinyModel.picture(64, 64, 1)), reader.read(TinyModel.picture(64, 64, 40))};
            var centroid = new NearestCentroid(FeatureRows.of(rows), new int[] {0, 1}, 2, 0.07);
            FewShotPredictor predictor = new FewShotPredictor(reader, centroid, ClassList.of("two", List.of("a", "b")));
            assertThat(predictor.predict(TinyModel.picture(64, 64, 40)).best().name())
                    .isEqualTo("b");
        }
    }
}
