package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.classify.ClassificationLoss;
import io.github.dino4j.classify.ClassificationPredictor;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationTrainingTest {
    private static final ClassList CLASSES = ClassList.of("two", List.of("a", "b"));
    private static final Probe ONE = new Probe(LinearInput.CLASS_AND_MEAN, 0.1);
    private static final Probe TWO = new Probe(LinearInput.lastBlocks(2), 0.01);

    private final Model model = TinyModel.random();

    @AfterEach
    void close() {
        model.close();
    }

    private Examples<ClassExample> examples(List<List<Integer>> labels) {
        return new Examples<>() {
            @Override
            public int size() {
                return labels.size();
            }

            @Override
            public String name(int index) {
                return "picture " + index;
            }

            @Override
            public ClassExample load(int index, RandomGenerator random) {
                var transform = model.card().transform().withSize(32, 32);
                return new ClassExample(
                        Input.of(index, transform.apply(TinyModel.picture(64, 64, 9 * index))), labels.get(index));
            }
        };
    }

    private ClassificationTraining task(ClassificationLoss loss, Probe... probes) {
        var data = examples(List.of(List.of(0), List.of(1), List.of(1), List.of(0)));
        return new ClassificationTraining(
                new FrozenBackbone(model),
                data,
                data,
                ClassificationTraining.Settings.of(CLASSES, probes)
                        .withLoss(loss)
                        .withSeed(1)
                        .withBatch(3));
    }

    private static List<ClassExample> batch(ClassificationTraining task) {
        RandomGenerator random = RandomGenerator.getDefault();
        return List.of(
                task.examples().load(0, random),
                task.examples().load(1, random),
                task.examples().load(2, random));
    }

    @Test
    void theLossIsTheSumOverClassifiers() {
        try (ClassificationTraining both = task(ClassificationLoss.CROSS_ENTROPY, ONE, TWO);
                ClassificationTraining first = task(ClassificationLoss.CROSS_ENTROPY, ONE);
                ClassificationTraining second = task(ClassificationLoss.CROSS_ENTROPY, TWO)) {
            assertThat(both.learn(batch(both), 1).total())
                    .isCloseTo(
                            first.learn(batch(first), 1).total()
                                    + second.learn(batch(second), 1).total(),
                            within(1e-5));
        }
    }

    @Test
    void eachClassifierHasItsOwnRate() {
        try (ClassificationTraining task = task(ClassificationLoss.CROSS_ENTROPY, ONE, TWO)) {
            assertThat(task.groups()).extracting(ParameterGroup::rate).containsExactly(0.1, 0.01);
            assertThat(task.groups().get(1).name()).isEqualTo("classifier_2_blocks_avgpool_True_lr_0_01000");
        }
    }

    @Test
    void gradientsAreMultipliedByTheShare() {
        try (ClassificationTraining whole = task(ClassificationLoss.CROSS_ENTROPY, ONE);
                ClassificationTraining half = task(ClassificationLoss.CROSS_ENTROPY, ONE);
                Scope scope = Scope.open()) {
            whole.learn(batch(whole), 1);
            half.learn(batch(half), 0.5);
            assertThat(bias(half).grad().mul(2).toFloats())
                    .containsExactly(bias(whole).grad().toFloats(), within(1e-6f));
        }
    }

    private static Tensor tensor(ClassificationTraining task, String name) {
        return Objects.requireNonNull(task.state().get(name), name);
    }

    private static Tensor bias(ClassificationTraining task) {
        return task.state().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("bias"))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    @Test
    void ofEquallyGoodClassifiersTheFirstIsKept() {
        try (ClassificationTraining task =
                task(ClassificationLoss.CROSS_ENTROPY, ONE, new Probe(LinearInput.CLASS_AND_MEAN, 0.2))) {
            Scores scores = task.evaluate();
            assertThat(task.best()).isEqualTo(ONE);
            assertThat(scores.chief()).isEqualTo("top1");
            assertThat(scores.values()).containsKey("top5");
        }
    }

    @Test
    void thePredictorLoadsWhatWasExported(@TempDir Path folder) throws IOException {
        try (ClassificationTraining task = task(ClassificationLoss.CROSS_ENTROPY, TWO)) {
            List<Path> files = task.export(folder, Map.of("run", "test"));
            try (ClassificationPredictor predictor = ClassificationPredictor.load(model, files.get(0))) {
                assertThat(predictor.classes().names()).containsExactly("a", "b");
                assertThat(predictor.head().config().input()).isEqualTo(LinearInput.lastBlocks(2));
            }
        }
    }

    @Test
    void severalLabelsAreMeasuredByMeanAveragePrecision() {
        var data = examples(List.of(List.of(0, 1), List.of(), List.of(1)));
        try (ClassificationTraining task = new ClassificationTraining(
                new FrozenBackbone(model),
                data,
                data,
                ClassificationTraining.Settings.of(CLASSES, ONE)
                        .withLoss(new ClassificationLoss.BinaryCrossEntropy()))) {
            assertThat(task.learn(batch(task), 1).total()).isPositive();
            assertThat(task.evaluate().chief()).isEqualTo("mAP");
        }
    }

    @Test
    void severalLabelsAreRefusedByTheLossOfOne() {
        var data = examples(List.of(List.of(0, 1), List.of(0), List.of(1)));
        try (ClassificationTraining task = new ClassificationTraining(
                new FrozenBackbone(model), data, data, ClassificationTraining.Settings.of(CLASSES, ONE))) {
            assertThatThrownBy(() -> task.learn(batch(task), 1)).hasMessageContaining("BinaryCrossEntropy");
        }
    }

    @Test
    void theSheetShowsValidationPictures() {
        try (ClassificationTraining task = task(ClassificationLoss.CROSS_ENTROPY, ONE)) {
            assertThat(task.sheet()).isPresent();
        }
    }

    @Test
    void thePapersGridHas13RatesForEachInput() {
        List<Probe> grid = Probe.grid(List.of(LinearInput.CLASS_AND_MEAN, LinearInput.FOUR_AND_MEAN), 1024);
        assertThat(grid).hasSize(26);
        assertThat(grid.get(12).rate()).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void smoothingMixesTheMeanLossOfAllClassesIn() {
        try (Scope scope = Scope.open()) {
            Tensor logits = Tensor.of(new float[] {2, 0, -1}, 1, 3);
            Tensor truth = Tensor.of(new float[] {1, 0, 0}, 1, 3);
            double sum = Math.log(Math.exp(2) + 1 + Math.exp(-1));
            double expected = 0.9 * (sum - 2) + 0.1 * (sum - 1.0 / 3);
            assertThat(new ClassificationLoss.CrossEntropy(0.1)
                            .of(logits, truth)
                            .item())
                    .isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void binaryCrossEntropyStaysFiniteForLargeLogits() {
        try (Scope scope = Scope.open()) {
            Tensor logits = Tensor.of(new float[] {1000, -1000, 0}, 1, 3);
            Tensor truth = Tensor.of(new float[] {0, 0, 1}, 1, 3);
            assertThat(new ClassificationLoss.BinaryCrossEntropy()
                            .of(logits, truth)
                            .item())
                    .isCloseTo((1000 + Math.log(2)) / 3, within(1e-3));
        }
    }

    private ClassificationTraining cached(FeatureCache cache, Probe... probes) {
        var data = examples(List.of(List.of(0), List.of(1), List.of(1), List.of(0)));
        return new ClassificationTraining(
                new FrozenBackbone(model),
                data,
                data,
                ClassificationTraining.Settings.of(CLASSES, probes)
                        .withSeed(1)
                        .withBatch(3)
                        .withCache(cache));
    }

    @Test
    void keptFeaturesGiveTheSameLossAndScores(@TempDir Path folder) {
        try (FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("spill")));
                ClassificationTraining kept = cached(cache, ONE, TWO);
                ClassificationTraining computed = task(ClassificationLoss.CROSS_ENTROPY, ONE, TWO)) {
            assertThat(kept.learn(batch(kept), 1).total())
                    .isCloseTo(computed.learn(batch(computed), 1).total(), within(1e-6));
            assertThat(kept.evaluate().values()).isEqualTo(computed.evaluate().values());
        }
    }

    @Test
    void anEpochAfterTheFirstRunsNoBackbone(@TempDir Path folder) {
        try (FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("spill")));
                ClassificationTraining task = cached(cache, ONE)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                task.learn(batch(task), 1);
                task.evaluate();
            }
            assertThat(cache.computed()).isEqualTo(3 + 4);
        }
    }

    @Test
    void whatIsKeptOfAnImageIsAClassTokenALayerAndOneMean(@TempDir Path folder) {
        try (FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("spill")));
                ClassificationTraining task = cached(cache, TWO)) {
            task.learn(batch(task), 1);
            assertThat(cache.memoryBytes()).isEqualTo(3L * (2 + 1) * TinyModel.CONFIG.dim() * Float.BYTES);
        }
    }

    @Test
    void featuresOfABackboneThatLearnsAreNotKept(@TempDir Path folder) {
        var data = examples(List.of(List.of(0)));
        try (FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("spill")));
                Model plain = Model.random(TinyModel.CONFIG, 1, LoadOptions.Precision.PLAIN);
                LearningBackbone backbone =
                        LoraBackbone.of(plain, LoraSpec.DEFAULT, 1, LoraBackbone.Arithmetic.FLOAT32)) {
            var settings = ClassificationTraining.Settings.of(CLASSES, ONE).withCache(cache);
            assertThatThrownBy(() -> new ClassificationTraining(backbone, data, data, settings))
                    .hasMessageContaining("leave the cache away");
        }
    }

    @Test
    void theWinnerIsAmongWhatAResumedRunFindsAgain(@TempDir Path folder) throws IOException {
        try (ClassificationTraining first = task(ClassificationLoss.CROSS_ENTROPY, ONE, TWO);
                ClassificationTraining resumed = task(ClassificationLoss.CROSS_ENTROPY, ONE, TWO);
                Scope scope = Scope.inference()) {
            tensor(first, "head.best").copyFrom(Tensor.of(new float[] {1}, 1));
            first.state().forEach((name, value) -> tensor(resumed, name).copyFrom(value));
            assertThat(resumed.best()).isEqualTo(TWO);
            try (ClassificationPredictor predictor = ClassificationPredictor.load(
                    model, resumed.export(folder, Map.of()).get(0))) {
                assertThat(predictor.head().config().input()).isEqualTo(TWO.input());
            }
        }
    }

    @Test
    void variablesAreNamedAsThoseOfOtherTasks() {
        try (ClassificationTraining task = task(ClassificationLoss.CROSS_ENTROPY, ONE)) {
            assertThat(task.groups().get(0).variables())
                    .containsOnlyKeys("head." + ONE.name() + ".linear.weight", "head." + ONE.name() + ".linear.bias");
        }
    }

    @Test
    void theSheetShowsThePhotosInTheirOwnColours() {
        RgbImage grey = RgbImage.of(32, 32, bytes(3 * 32 * 32, 120));
        Examples<ClassExample> data = new Examples<>() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public String name(int index) {
                return "grey";
            }

            @Override
            public ClassExample load(int index, RandomGenerator random) {
                return new ClassExample(
                        Input.of(
                                index, model.card().transform().withSize(32, 32).apply(grey)),
                        List.of(0));
            }
        };
        try (ClassificationTraining task = new ClassificationTraining(
                new FrozenBackbone(model),
                data,
                data,
                ClassificationTraining.Settings.of(CLASSES, ONE)
                        .withNormalisation(model.card().transform().normalisation()))) {
            RgbImage sheet = task.sheet().orElseThrow();
            long own = 0;
            for (int i = 0; i < sheet.width() * sheet.height(); i++) {
                own += sheet.pixel(i % sheet.width(), i / sheet.width()) == 0x787878 ? 1 : 0;
            }
            assertThat(own).isGreaterThan(10_000);
        }
    }

    private static byte[] bytes(int count, int value) {
        byte[] all = new byte[count];
        Arrays.fill(all, (byte) value);
        return all;
    }

    @Test
    void noTwoRatesOfTheGridShareAName() {
        List<Probe> grid = Probe.grid(List.of(LinearInput.CLASS_AND_MEAN), 32);
        assertThat(grid.stream().map(Probe::name)).doesNotHaveDuplicates();
        assertThat(grid.get(0).name()).endsWith("lr_0_00000125");
    }

    @Test
    void theHeadNamesTheAdapterItStandsOn(@TempDir Path folder) throws IOException {
        var data = examples(List.of(List.of(0), List.of(1)));
        try (Model plain = Model.random(TinyModel.CONFIG, 1, LoadOptions.Precision.PLAIN);
                LearningBackbone backbone =
                        LoraBackbone.of(plain, LoraSpec.DEFAULT, 1, LoraBackbone.Arithmetic.FLOAT32);
                ClassificationTraining task = new ClassificationTraining(
                        backbone, data, data, ClassificationTraining.Settings.of(CLASSES, ONE))) {
            List<Path> files = task.export(folder, Map.of());

            assertThat(Safetensors.metadata(files.get(0)))
                    .containsEntry(LoraBackbone.METADATA_KEY, Fingerprint.of(files.get(1)));
        }
    }
}
