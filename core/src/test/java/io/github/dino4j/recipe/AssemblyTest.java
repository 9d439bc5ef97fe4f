package io.github.dino4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.detect.DetectionList;
import io.github.dino4j.detect.DetectionPredictor;
import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.train.Trainer;
import io.github.dino4j.train.TrainingException;
import io.github.dino4j.train.TrainingListener;
import io.github.dino4j.train.TrainingResult;
import io.github.dino4j.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a recipe to files that the predictors load, over tiny data. */
class AssemblyTest {
    private static final ClassList CLASSES = ClassList.of("three", List.of("ground", "red", "green"));
    private static final String LORA = "backbone.adaptation=lora";

    @TempDir
    static Path data;

    @TempDir
    Path folder;

    @BeforeAll
    static void draw() throws IOException {
        TinySet.draw(data);
    }

    private static Recipe recipe(String task, String... changes) {
        return TinySet.recipe(data, task).with(List.of(changes));
    }

    private static RgbImage photo() {
        return ImageDecoder.standard().read(data.resolve("photos/13.png"));
    }

    private TrainingResult train(Recipe recipe) {
        try (Assembly run = Assembly.of(recipe)) {
            return run.train(folder.resolve("run"), TrainingListener.NONE);
        }
    }

    /** The backbone that the recipes draw. */
    private static Model backbone() {
        return BackboneRecipe.plain(recipe("segmentation").open().section("backbone"));
    }

    private static void refuses(Recipe recipe, String... texts) {
        assertThatThrownBy(() -> Assembly.of(recipe).close())
                .isInstanceOf(RecipeException.class)
                .hasMessageContainingAll(texts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "fine-tune-linear", "fpn", "pyramid", "mask2former"})
    void trainsSegmentationHeadsThatThePredictorLoads(String kind) {
        Recipe recipe = recipe("segmentation", "head.kind=" + kind);
        recipe = kind.endsWith("linear") ? recipe : recipe.with("head.width", "32");
        TrainingResult result = train(kind.equals("mask2former") ? recipe.with("head.points", "64") : recipe);

        assertThat(result.iterations()).isEqualTo(2);
        assertThat(result.best()).isPresent();
        try (Model model = backbone();
                SegmentPredictor predictor = SegmentPredictor.load(
                        model, result.files().get(0), CLASSES, SegmentOptions.DINOV3.withOwnSize())) {
            assertThat(predictor.predict(photo()).width()).isEqualTo(photo().width());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "dpt"})
    void trainsDepthHeadsThatThePredictorLoads(String kind) {
        Recipe recipe = recipe("depth", "head.kind=" + kind, "head.bins=16");
        TrainingResult result = train(kind.equals("dpt") ? recipe.with("head.width", "16") : recipe);

        try (Model model = backbone();
                DepthPredictor predictor =
                        DepthPredictor.load(model, result.files().get(0))) {
            float[] metres = predictor.predict(photo()).metres();
            assertThat(metres).hasSize(photo().width() * photo().height());
            for (float depth : metres) {
                assertThat(depth).isBetween(0.001f, 10f);
            }
        }
    }

    @Test
    void trainsADetectorThatThePredictorLoads() {
        TrainingResult result = train(recipe("detection", "head.queries=8"));

        try (Model model = backbone();
                DetectionPredictor predictor =
                        DetectionPredictor.load(model, result.files().get(0))) {
            DetectionList found = predictor.predict(photo());
            assertThat(found.classes().names()).containsExactly("red", "green");
        }
    }

    @Test
    void distilsABackboneThatLoads() {
        TrainingResult result = train(recipe("distillation", "backbone.adaptation=whole"));

        Path file = result.files().stream()
                .filter(made -> made.endsWith("backbone.safetensors"))
                .findFirst()
                .orElseThrow();
        try (Model student = Model.load(file, LoadOptions.DEFAULT)) {
            assertThat(student.config().dim()).isEqualTo(32);
        }
    }

    @Test
    void aRunWithLoraExportsItsAdapterAndNamesItInTheHead() {
        TrainingResult result = train(recipe("segmentation", LORA, "backbone.lora.rank=2"));

        Path adapter = folder.resolve("run/adapter.safetensors");
        assertThat(result.files()).contains(adapter);
        assertThat(Lora.read(adapter).spec().rank()).isEqualTo(2);
        assertThat(Safetensors.metadata(result.files().get(0)).get("adapter")).isEqualTo(Fingerprint.of(adapter));
    }

    @Test
    void anUnknownKeyNamesTheNearestRightOne() {
        refuses(recipe("segmentation", "training.epohcs=3"), "'training.epohcs'", "did you mean 'training.epochs'?");
        refuses(recipe("segmentation", "hed.kind=fpn"), "'hed'", "did you mean 'head'?");
        refuses(recipe("depth", "backbone.reads_depth=true"), "'backbone.reads_depth' is not a key");
        refuses(recipe("depth", "data.zero_is_unlabelled=true"), "'data.zero_is_unlabelled' is not a key");
    }

    @Test
    void anUnknownTaskNamesTheNearestRightOne() {
        refuses(recipe("segmentation", "task=segmentaton"), "did you mean 'segmentation'?");
    }

    @Test
    void loraSettingsWithoutLoraAreRefused() {
        refuses(recipe("segmentation", "backbone.lora.rank=4"), "'backbone.lora' is given", "write 'adaptation: lora'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            segmentation | backbone.precision   | int8        | backbone.adaptation=lora
            segmentation | backbone.precision   | int8        | backbone.adaptation=whole
            segmentation | backbone.arithmetic  | float32     | seed=1
            segmentation | backbone.checkpoint_blocks | 1     | seed=1
            segmentation | training.warmup_epochs | 0.1       | training.schedule=one-cycle
            segmentation | training.warmup_iterations | 1     | training.schedule=one-cycle
            segmentation | training.end_rate    | 0.1         | training.schedule=constant
            segmentation | training.end_rate    | 0.1         | training.schedule=steps
            segmentation | training.milestones  | 0.5         | seed=1
            segmentation | training.step_factor | 0.5         | seed=1
            segmentation | training.power       | 2           | seed=1
            segmentation | training.betas       | 0.9, 0.99   | training.optimizer=sgd
            segmentation | training.eps         | 1e-6        | training.optimizer=sgd
            segmentation | training.momentum    | 0.5         | seed=1
            segmentation | training.clip_by     | each        | seed=1
            segmentation | head.width           | 32          | seed=1
            segmentation | head.layers          | 4           | head.kind=fpn
            segmentation | head.relu            | true        | head.kind=pyramid
            segmentation | head.padding         | 0           | head.kind=pyramid
            segmentation | head.fusion          | msdeform    | head.kind=fpn
            segmentation | head.points          | 64          | head.kind=fpn
            segmentation | head.class_weights   | 1, 1, 1     | head.kind=mask2former
            segmentation | features.keep        | true        | augmentation.kind=mirror
            segmentation | features.keep        | true        | backbone.adaptation=lora
            distillation | features.keep        | true        | augmentation.kind=mirror
            detection    | features.keep        | true        | head.kind=published
            detection    | head.windows         | 2           | seed=1
            depth        | head.layers          | 4           | head.kind=dpt
            depth        | head.width           | 32          | seed=1
            classification | training.decay     | matrices    | head.kind=probe
            classification | training.layer_decay | 0.9       | head.kind=probe
            """)
    void keysWithoutEffectAreRefused(String task, String key, String value, String beside) {
        refuses(recipe(task, beside).with(key, value), "'" + key + "' has no effect: ");
    }

    @Test
    void thereIsOneWeightForEachClass() {
        refuses(recipe("segmentation", "head.class_weights=[1, 2]"), "'head.class_weights' has 2 factors for 3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            training.clip     | 0
            training.average  | 1
            training.betas    | 0.9, 1
            training.eps      | 0
            """)
    void impossibleNumbersOfThePlanNameTheirKey(String key, String value) {
        refuses(recipe("segmentation").with(key, value), "'" + key + "'");
    }

    @Test
    void anImpossibleScheduleNamesItsKey() {
        refuses(recipe("segmentation", "training.schedule=one-cycle"), "'training.schedule'", "no schedule");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classification", "distillation"})
    void validationSeesHeightAndWidthOfTraining(String task) {
        Recipe recipe = recipe(task, "augmentation.size=[32, 48]", "training.iterations=1");

        assertThat(train(recipe).best()).isPresent();
    }

    @Test
    void aProbesRatesGrowWithTheBatchesBehindAnUpdate() {
        Recipe probe = recipe("classification", "head.kind=probe");
        try (Assembly plain = Assembly.of(probe);
                Assembly accumulated = Assembly.of(probe.with("training.accumulate", "2"))) {
            double once = plain.task().groups().get(0).rate();
            assertThat(accumulated.task().groups().get(0).rate()).isCloseTo(2 * once, within(1e-12));
        }
    }

    @Test
    void missingKeysOfTheDataAreNamed() {
        Recipe without = Recipe.parse("my.yaml", """
                task: segmentation
                backbone: {random: {width: 32, depth: 2, heads: 2, patch: 8}}
                data: {classes: camvid, train: {images: photos}, validation: {images: photos, masks: masks}}
                """, data);

        refuses(without, "'data.train.masks' is missing");
    }

    @Test
    void weightsAreSaidOnce() {
        refuses(recipe("segmentation", "backbone.file=model.pth"), "'backbone.file: model.pth'", "'backbone.random'");
    }

    @Test
    void dataThatAreNotThereAreNamed() {
        assertThatThrownBy(() -> Assembly.of(recipe("segmentation", "data.train.images=nosuch"))
                        .close())
                .isInstanceOf(DataSetException.class)
                .hasMessageContaining("nosuch");
    }

    @Test
    void aSizeThatIsNoMultipleOfThePatchComesWithItsNeighbours() {
        refuses(recipe("segmentation", "augmentation.size=36"), "36 is no multiple of 8", "take 32 or 40");
    }

    @Test
    void validationOnTrainingPhotosIsRefused() {
        assertThatThrownBy(() -> Assembly.of(recipe("segmentation", "data.validation.range=8-15"))
                        .close())
                .hasMessageContaining("08.png is in the training set and in the validation set");
    }

    @Test
    void aFolderThatHoldsARunIsLeftAlone() {
        train(recipe("segmentation"));

        assertThatThrownBy(() -> train(recipe("segmentation")))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("holds a run already");
    }

    @Test
    void aPhotoThatCannotBeReadStopsTheRunWithItsName() throws IOException {
        Path broken = Files.createDirectories(folder.resolve("data"));
        TinySet.draw(broken);
        Files.writeString(broken.resolve("photos/03.png"), "no picture");

        assertThatThrownBy(() -> {
                    try (Assembly run =
                            Assembly.of(TinySet.recipe(broken, "segmentation").with("training.iterations", "4"))) {
                        run.train(folder.resolve("run"), TrainingListener.NONE);
                    }
                })
                .hasMessageContaining("03.png");
    }

    /** Ends a run after three updates, as Ctrl-C would. */
    private static final class Cancelling implements TrainingListener {
        private long done;

        @Override
        public void updated(Updated update) {
            done = update.done();
        }

        @Override
        public boolean cancelled() {
            return done == 3;
        }
    }

    private static List<String> log(Path run) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            ObjectNode node = (ObjectNode) new ObjectMapper().readTree(line);
            node.remove("seconds");
            lines.add(node.toString());
        }
        return lines;
    }

    @Test
    void aRunResumedFromItsFolderAloneMeasuresTheSameToTheLastBit() throws IOException {
        Recipe recipe = recipe(
                "segmentation",
                LORA,
                "backbone.lora.dropout=0.1",
                "augmentation.kind=ade20k",
                "training.iterations=6",
                "training.evaluate_iterations=2",
                "training.average=0.9");
        Path stopped = folder.resolve("stopped");
        try (Assembly run = Assembly.of(recipe)) {
            assertThat(run.train(stopped, new Cancelling()).end()).isEqualTo(TrainingResult.End.CANCELLED);
        }
        try (Assembly run = Assembly.of(Recipe.ofRun(stopped))) {
            run.resume(stopped, TrainingListener.NONE);
        }

        train(recipe);

        assertThat(log(stopped)).isEqualTo(log(folder.resolve("run")));
        assertThat(stopped.resolve("head.safetensors")).hasSameBinaryContentAs(folder.resolve("run/head.safetensors"));
    }

    private List<Path> export(Trainer.Checkpoint which, boolean whole) {
        Path run = folder.resolve("run");
        try (Assembly assembly = Assembly.of(Recipe.ofRun(run))) {
            return assembly.export(run, folder.resolve("out"), which, whole);
        }
    }

    @Test
    void theMergedBackboneUnderTheHeadPredictsAsBackboneAdapterAndHeadDo() throws IOException {
        train(recipe("segmentation", LORA, "training.iterations=6", "training.rate=0.05", "backbone.lora.alpha=6"));
        List<Path> files = export(Trainer.Checkpoint.BEST, true);

        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly("head.safetensors", "adapter.safetensors", "backbone.safetensors");
        SegmentOptions options = SegmentOptions.DINOV3.withOwnSize().withScores(true);
        try (Model plain = backbone();
                Model adapted = plain.adapted(Lora.read(files.get(1)));
                Model merged = Model.load(files.get(2), LoadOptions.DEFAULT);
                SegmentPredictor first = SegmentPredictor.load(adapted, files.get(0), CLASSES, options);
                SegmentPredictor second = SegmentPredictor.load(merged, files.get(0), CLASSES, options);
                SegmentPredictor without = SegmentPredictor.load(plain, files.get(0), CLASSES, options)) {
            float[] expected = scores(first.predict(photo()));
            assertThat(distance(scores(second.predict(photo())), expected)).isLessThan(1e-5);
            assertThat(distance(scores(without.predict(photo())), expected)).isGreaterThan(1e-3);
        }
    }

    private static float[] scores(SegmentMap map) {
        return map.scores().orElseThrow().values();
    }

    private static double distance(float[] a, float[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }

    @Test
    void exportsTheLastWeightsOrTheBestOnes() {
        train(recipe("segmentation", "training.iterations=4", "training.average=0.5"));
        String last = Safetensors.metadata(
                        export(Trainer.Checkpoint.LAST, false).get(0))
                .get("iterations");
        Path best = export(Trainer.Checkpoint.BEST, false).get(0);

        assertThat(last).isEqualTo("4");
        assertThat(best).hasSameBinaryContentAs(folder.resolve("run/head.safetensors"));
    }

    @Test
    void writesAFrozenBackboneAsItIs() {
        train(recipe("segmentation"));
        Path file = export(Trainer.Checkpoint.BEST, true).get(1);

        try (Model drawn = backbone();
                Model read = Model.load(file, LoadOptions.DEFAULT.withPrecision(LoadOptions.Precision.PLAIN))) {
            Transform transform = drawn.card().transform();
            assertThat(embedding(read, transform)).isEqualTo(embedding(drawn, transform));
        }
    }

    private static float[] embedding(Model model, Transform transform) {
        return model.features(List.of(model.prepare(transform, photo(), Optional.empty())))
                .get(0)
                .embedding();
    }

    @Test
    void exportsOnlyRuns() {
        assertThatThrownBy(() -> Recipe.ofRun(folder)).hasMessageContaining("holds no training run");
    }

    @Test
    void closesAllWhicheverFails() {
        List<String> closed = new ArrayList<>();
        List<AutoCloseable> owned = List.of(
                () -> closed.add("first"),
                () -> {
                    throw new IOException("one");
                },
                () -> {
                    throw new IllegalArgumentException("two");
                });

        assertThatThrownBy(() -> Assembly.close(owned))
                .hasMessage("two")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));

        assertThat(closed).containsExactly("first");
    }

    @Test
    void refusesKeysThatHaveNoEffect() {
        refuses(recipe("segmentation", "features.keep=false", "features.memory_mb=5"), "memory_mb", "nothing is kept");
        refuses(recipe("segmentation", LORA, "features.memory_mb=5"), "memory_mb", "the backbone learns");
        refuses(recipe("segmentation", "training.backbone_rate=0.1"), "backbone_rate", "the backbone is frozen");
        refuses(
                recipe("segmentation", "training.layer_decay=0.9", "training.decay=matrices"),
                "layer_decay",
                "the backbone is frozen");
    }

    @Test
    void whatIsExportedTellsNoPathOfTheMachine() {
        TrainingResult result = train(recipe("segmentation"));

        java.util.Map<String, String> texts =
                io.github.dino4j.weights.Safetensors.metadata(result.files().get(0));
        assertThat(texts).containsKeys("recipe", "recipe file");
        assertThat(texts.get("recipe file")).doesNotContain("/");
        assertThat(texts.get("recipe folder")).doesNotContain("/");
    }

    @Test
    void trainsAClassifierOfPhotosWithSeveralLabels() throws IOException {
        List<String> lines = new ArrayList<>(List.of("image,label"));
        for (int i = 0; i < 6; i++) {
            lines.add(data.resolve("photos/" + (10 + i) + ".png") + ","
                    + List.of("red|round", "green", "").get(i % 3));
        }
        Path table = Files.write(folder.resolve("several.csv"), lines);
        Recipe recipe = recipe(
                "classification", "data.labels=several", "data.train.folder=null", "data.train.manifest=" + table);

        TrainingResult result = train(recipe);

        assertThat(result.best().orElseThrow().values()).containsKey("mAP").doesNotContainKey("top1");
        refuses(recipe.with("head.smoothing", "0.1"), "head.smoothing", "each of which is decided by itself");
        refuses(recipe("classification", "data.labels=several"), "data.labels", "name a table");
    }
}
