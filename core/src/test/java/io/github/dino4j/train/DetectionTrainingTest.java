package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.detect.DetectionList;
import io.github.dino4j.detect.DetectionLoss;
import io.github.dino4j.detect.DetectionOptions;
import io.github.dino4j.detect.DetectionPredictor;
import io.github.dino4j.detect.Detector;
import io.github.dino4j.detect.DetectorConfig;
import io.github.dino4j.detect.SmallDetector;
import io.github.dino4j.detect.TrueBox;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Descent;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectionTrainingTest {
    private static final ClassList CLASSES = ClassList.of("squares", List.of("bright", "red"));
    private static final Normalisation COLOURS = Normalisation.IMAGENET;
    private static final Transform TRANSFORM =
            new Transform(DetectionOptions.ofSide(96, 16).sizing(), Interpolation.BILINEAR, ResizePath.PILLOW, COLOURS);

    /** A dark picture with a square or two in it. */
    private static DetectionTruth truth(int index) {
        SplittableRandom random = new SplittableRandom(index + 10);
        byte[] rgb = new byte[3 * 96 * 96];
        List<TrueBox> boxes = new java.util.ArrayList<>();
        for (int kind = 0; kind < 2; kind++) {
            int side = random.nextInt(24, 40);
            int x = random.nextInt(kind * 48, kind * 48 + 49 - side);
            int y = random.nextInt(0, 96 - side);
            for (int i = 0; i < side * side; i++) {
                int at = 3 * ((y + i / side) * 96 + x + i % side);
                rgb[at] = (byte) 250;
                rgb[at + 1] = (byte) (kind == 0 ? 250 : 20);
                rgb[at + 2] = (byte) (kind == 0 ? 250 : 20);
            }
            boxes.add(TrueBox.of(Box.ofSize(x, y, side, side), kind));
        }
        return new DetectionTruth(RgbImage.of(96, 96, rgb), boxes, "picture " + index);
    }

    private record Made<E>(int size, IntFunction<E> maker) implements Examples<E> {
        @Override
        public String name(int index) {
            return "example " + index;
        }

        @Override
        public E load(int index, RandomGenerator random) {
            return maker.apply(index);
        }
    }

    private static DetectionExample example(int index) {
        DetectionTruth truth = truth(index);
        return DetectionExample.of(index, truth.photo(), truth.boxes(), TRANSFORM, truth.name());
    }

    private static DetectionTraining task(Model model, int count, DetectionTraining.Settings settings) {
        DetectorConfig config = SmallDetector.config(2);
        return DetectionTraining.of(
                new FrozenBackbone(model),
                LearningHead.random(3, p -> new Detector(p, config)),
                new Made<>(count, DetectionTrainingTest::example),
                new Made<>(2, DetectionTrainingTest::truth),
                DetectionLoss.STANDARD,
                settings);
    }

    private static DetectionTraining.Settings settings() {
        return DetectionTraining.Settings.of(CLASSES, COLOURS, 96);
    }

    @Test
    void theLossOfAFewPicturesFalls() {
        try (Model model = TinyModel.random();
                DetectionTraining task = task(model, 2, settings())) {
            List<Double> losses = MiniLoop.run(task, 2, 40, 0.005);

            assertThat(losses.get(losses.size() - 1)).isLessThan(0.6 * losses.get(0));
        }
    }

    @Test
    void keptFeaturesTeachTheSame(@TempDir Path folder) {
        try (Model model = TinyModel.random();
                FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("features")));
                DetectionTraining plain = task(model, 2, settings());
                DetectionTraining cached = task(model, 2, settings().withCache(cache))) {
            assertThat(MiniLoop.run(cached, 2, 3, 0.01)).isEqualTo(MiniLoop.run(plain, 2, 3, 0.01));
            assertThat(cache.computed()).isEqualTo(2);
        }
    }

    /** Of the last decoder layer and its outputs, behind which no reference is detached. */
    @Test
    void aSmallStepLowersTheLossByItsGradientsSquare() {
        try (Model model = TinyModel.random();
                DetectionTraining task = task(model, 1, settings())) {
            List<Tensor> last = task.groups().stream()
                    .flatMap(g -> g.variables().entrySet().stream())
                    .filter(v -> v.getKey()
                            .matches("head\\.(transformer\\.decoder\\.layers|class_embed|bbox_embed)\\.1\\..*"))
                    .filter(v -> !v.getKey().contains("query_embed"))
                    .map(Map.Entry::getValue)
                    .toList();
            Descent descent = new Descent(last);
            double square = 0;
            double before;
            try (Scope scope = Scope.open()) {
                before = task.learn(List.of(example(0)), 1).total();
                for (Tensor variable : last) {
                    square += variable.grad().square().sum(false).item();
                }
            }
            double rate = 2e-3 / square;
            descent.step(rate);
            double after;
            try (Scope scope = Scope.open()) {
                after = task.learn(List.of(example(0)), 1).total();
            }

            assertThat(last).hasSizeGreaterThan(30);
            assertThat((before - after) / (rate * square)).isBetween(0.9, 1.1);
        }
    }

    @Test
    void thePredictorReadsTheExportedDetector(@TempDir Path folder) throws IOException {
        try (Model model = TinyModel.random();
                DetectionTraining task = task(model, 2, settings())) {
            MiniLoop.run(task, 2, 2, 0.01);
            List<Path> files = task.export(folder, Map.of("note", "a test"));

            try (DetectionPredictor predictor =
                    DetectionPredictor.load(model, files.get(0), Optional.empty(), DetectionOptions::forEvaluation)) {
                DetectionList found = predictor.predict(truth(0).photo());

                assertThat(predictor.classes().names()).isEqualTo(CLASSES.names());
                assertThat(found.detections()).isNotEmpty();
                assertThat(predictor.options().sizing()).isEqualTo(TRANSFORM.sizing());
            }
        }
    }

    @Test
    void measuresWholePhotosAndShowsThem() {
        try (Model model = TinyModel.random();
                DetectionTraining task = task(model, 2, settings().withPictures(2))) {
            Scores scores = task.evaluate();

            assertThat(scores.chief()).isEqualTo("AP");
            assertThat(scores.values()).containsKeys("AP50", "AP bright", "AP50 red");
            assertThat(task.sheet().orElseThrow().width()).isGreaterThan(960);
        }
    }

    @Test
    void everyVariableIsInOneGroup() {
        try (Model model = TinyModel.random();
                DetectionTraining task = task(model, 2, settings())) {
            long inGroups =
                    task.groups().stream().mapToLong(g -> g.variables().size()).sum();

            assertThat(inGroups).isEqualTo(task.state().size());
        }
    }

    @Test
    void refusesKeptFeaturesOfWindows(@TempDir Path folder) {
        DetectorConfig c = DetectorConfig.published(TinyModel.of(48, 3, 4), 2, 2);
        try (Model model = Model.random(TinyModel.of(48, 3, 4), 1);
                LearningHead<Detector> head = LearningHead.random(1, p -> new Detector(p, c.withQueries(5)));
                FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("features")))) {
            assertThatThrownBy(() -> DetectionTraining.of(
                            new FrozenBackbone(model),
                            head,
                            new Made<>(1, DetectionTrainingTest::example),
                            new Made<>(1, DetectionTrainingTest::truth),
                            DetectionLoss.STANDARD,
                            settings().withCache(cache)))
                    .hasMessageContaining("2 x 2 windows");
        }
    }
}
