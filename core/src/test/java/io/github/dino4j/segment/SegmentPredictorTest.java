package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.MemorySoak;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentPredictorTest {
    private static final ClassList FIVE = ClassList.numbered(5);
    private static final SegmentOptions SMALL = SegmentOptions.of(64, Inference.Slide.dinoV3(64, 40));

    private static Model model;
    private static RgbImage coffee;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        model = TinyModel.random();
        coffee = ImageDecoder.standard().read(Path.of("../samples/coffee.jpg"));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private SegmentPredictor linear(SegmentOptions options) {
        return SegmentPredictor.load(model, WrittenHead.linear("", 48, 5).write(folder), FIVE, options);
    }

    /** Without bands, views apart: resize to the photo, softmax, mean. */
    private static float[] probabilities(SegmentPredictor predictor, SegmentOptions options, RgbImage photo) {
        return model.run(backbone -> {
            List<Tensor> views = new ArrayList<>();
            for (double scale : options.augmentation().scales()) {
                int side = Augmentation.size(options.side().orElseThrow(), scale);
                Pixels pixels = model.card()
                        .transform()
                        .withSizing(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, side, 1))
                        .withInterpolation(Interpolation.BILINEAR)
                        .apply(photo);
                Tensor x = Model.tensor(List.of(pixels));
                for (boolean flip : options.augmentation().flip() ? new boolean[] {false, true} : new boolean[1]) {
                    Tensor scores = options.inference()
                            .scores(backbone, predictor.head(), flip ? x.flip(3) : x, photo.height(), photo.width())
                            .softmax(1);
                    views.add(flip ? scores.flip(3) : scores);
                }
            }
            return views.stream()
                    .reduce(Tensor::add)
                    .orElseThrow()
                    .mul(1.0 / views.size())
                    .toFloats();
        });
    }

    private static void assertSame(SegmentMap map, float[] probabilities) {
        float[] scores = map.scores().orElseThrow().values();
        assertThat(scores).hasSameSizeAs(probabilities);
        double worst = 0;
        for (int i = 0; i < scores.length; i++) {
            worst = Math.max(worst, Math.abs(scores[i] - probabilities[i]));
        }
        assertThat(worst).isLessThan(1e-5);
    }

    @Test
    void givesAClassForEveryPixelOfThePhoto() {
        try (SegmentPredictor predictor = linear(SMALL)) {

            SegmentMap map = predictor.predict(coffee);

            assertThat(List.of(map.width(), map.height())).isEqualTo(List.of(coffee.width(), coffee.height()));
            assertThat(map.shares()).hasSizeGreaterThan(1);
            assertThat(map.scores()).isEmpty();
        }
    }

    @Test
    void readsAnImageFile() {
        try (SegmentPredictor predictor = linear(SMALL)) {
            assertThat(predictor.predict(Path.of("../samples/coffee.jpg")).labels())
                    .isEqualTo(predictor.predict(coffee).labels());
        }
    }

    @Test
    void resizesInBandsToTheSameProbabilitiesAsInOnePiece() {
        SegmentOptions options = SMALL.withScores(true);
        try (SegmentPredictor predictor = linear(options)) {
            assertSame(predictor.predict(coffee), probabilities(predictor, options, coffee));
        }
    }

    @Test
    void resizesTheLogitsOfAnImageInOnePieceOnce() {
        SegmentOptions options =
                SMALL.withInference(new Inference.Plain(Fit.STRETCH)).withScores(true);
        try (SegmentPredictor predictor = linear(options)) {
            assertSame(predictor.predict(coffee), probabilities(predictor, options, coffee));
        }
    }

    @Test
    void shrinksAsWellAsItEnlarges() {
        SegmentOptions options = SMALL.withScores(true);
        RgbImage stamp = coffee.crop(10, 10, 21, 33);
        try (SegmentPredictor predictor = linear(options)) {
            assertSame(predictor.predict(stamp), probabilities(predictor, options, stamp));
        }
    }

    @Test
    void takesTheLikeliestClassAndItsProbability() {
        try (SegmentPredictor predictor = linear(SMALL.withScores(true))) {

            SegmentMap map = predictor.predict(coffee);

            ClassScores scores = map.scores().orElseThrow();
            for (int x = 0; x < map.width(); x += 17) {
                int y = x * map.height() / map.width();
                for (int k = 0; k < 5; k++) {
                    assertThat(scores.at(k, x, y)).isLessThanOrEqualTo(map.confidence(x, y));
                }
                assertThat(scores.at(map.label(x, y), x, y)).isEqualTo(map.confidence(x, y));
            }
        }
    }

    @Test
    void averagesTheProbabilitiesOfScalesAndMirrorImages() {
        SegmentOptions options = SMALL.withAugmentation(new Augmentation(List.of(1.0, 1.5), true))
                .withScores(true);
        try (SegmentPredictor predictor = linear(options)) {
            assertSame(predictor.predict(coffee), probabilities(predictor, options, coffee));
        }
    }

    @Test
    void averagesViewsThatAreLargerThanThePhotoInItsSize() {
        SegmentOptions options = SMALL.withAugmentation(new Augmentation(List.of(1.0, 1.5), true))
                .withScores(true);
        RgbImage stamp = coffee.crop(10, 10, 21, 33);
        try (SegmentPredictor predictor = linear(options)) {
            assertThat(ViewMemory.of(model, predictor.head(), options, stamp).folds())
                    .isTrue();
            assertSame(predictor.predict(stamp), probabilities(predictor, options, stamp));
        }
    }

    @Test
    void keepsNoMoreOfManyViewsThanTheProbabilitiesOfThePhoto() {
        try (SegmentPredictor predictor = linear(SMALL)) {
            RgbImage stamp = coffee.crop(10, 10, 21, 33);
            long one = ViewMemory.of(model, predictor.head(), SMALL, stamp).bytes();
            SegmentOptions hundred = SMALL.withAugmentation(new Augmentation(Collections.nCopies(100, 1.0), false));

            assertThat(ViewMemory.of(model, predictor.head(), hundred, stamp).bytes() - one)
                    .isEqualTo(5 * 21 * 33 * 4);
        }
    }

    @Test
    void refusesMoreViewsThanTheMemoryBudgetHolds() {
        SegmentOptions many = SMALL.withAugmentation(new Augmentation(Collections.nCopies(5, 1.0), true));
        long before = Engine.memoryBudget();
        try (SegmentPredictor predictor = linear(SMALL)) {
            Engine.memoryBudget(
                    ViewMemory.of(model, predictor.head(), SMALL, coffee).bytes());

            assertThat(predictor.predict(coffee).width()).isEqualTo(coffee.width());
            assertThatThrownBy(() -> predictor.predict(coffee, many))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("what is kept of 10 views")
                    .hasMessageContaining("withAugmentation");
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void refusesAStripWhoseSidesAreBeyondInt() {
        RgbImage strip = Drawn.grey(65_535, 1);
        try (SegmentPredictor predictor = linear(SMALL.withSide(65_536))) {
            assertThatThrownBy(() -> predictor.predict(strip))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("5 classes of an image of 4294901760 x 65536 pixels");
        }
    }

    @Test
    void scalesTheSquareOfWholeInferenceToo() {
        PixelHead head = new PixelHead();
        SegmentOptions options = SMALL.withInference(new Inference.Whole(64))
                .withAugmentation(new Augmentation(List.of(1.0, 1.5), false));
        try (SegmentPredictor predictor =
                SegmentPredictor.of(model, LoadedHead.random(1, p -> head), ClassList.numbered(3), options)) {
            predictor.predict(coffee);

            assertThat(head.seen).containsExactly(List.of(1L, 64L, 64L), List.of(1L, 96L, 96L));
        }
    }

    @Test
    void scoresTheBackgroundOfAHeadThatIsNoLogitHead() {
        SegmentOptions options = SMALL.withScores(true);
        try (SegmentPredictor predictor = SegmentPredictor.of(
                model, LoadedHead.random(1, p -> new PixelHead()), ClassList.numbered(3), options)) {
            assertSame(predictor.predict(coffee), probabilities(predictor, options, coffee));
        }
    }

    @Test
    void showsPhotosInTheNormalisationOfTheOptions() {
        SegmentOptions plain =
                SMALL.withScores(true).withNormalisation(Normalisation.of(new float[3], new float[] {1, 1, 1}));
        try (SegmentPredictor predictor =
                SegmentPredictor.of(model, LoadedHead.random(1, p -> new PixelHead()), ClassList.numbered(3), plain)) {

            ClassScores scores = predictor.predict(Drawn.grey(64, 64)).scores().orElseThrow();

            assertThat(scores.at(0, 30, 30)).isCloseTo(1 / 3f, Offset.offset(1e-6f)); // no channel before another
        }
    }

    @Test
    void eightThreadsGiveEqualResultsToOne() throws Exception {
        try (SegmentPredictor predictor = linear(SMALL)) {
            List<SegmentMap> alone = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                alone.add(predictor.predict(TinyModel.picture(90 + i, 70, i)));
            }
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Callable<SegmentMap>> work = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                int seed = i % 4;
                work.add(() -> predictor.predict(TinyModel.picture(90 + seed, 70, seed)));
            }
            List<Future<SegmentMap>> results = threads.invokeAll(work);
            for (int i = 0; i < 64; i++) {
                assertThat(results.get(i).get().labels())
                        .isEqualTo(alone.get(i % 4).labels());
                assertThat(results.get(i).get().confidences())
                        .isEqualTo(alone.get(i % 4).confidences());
            }
            threads.shutdown();
        }
    }

    @Test
    void runsOnPackedBackbones() {
        Assumptions.assumeTrue(Precision.BFLOAT16.supported(), "this processor has no kernels for bfloat16");
        Path head = WrittenHead.linear("", 48, 5).write(folder);
        try (Model packed = Model.random(TinyModel.CONFIG, 1, LoadOptions.Precision.BFLOAT16);
                SegmentPredictor whole = SegmentPredictor.load(model, head, FIVE, SMALL);
                SegmentPredictor half = SegmentPredictor.load(packed, head, FIVE, SMALL)) {
            short[] expected = whole.predict(coffee).labels();
            short[] got = half.predict(coffee).labels();
            int other = 0;
            for (int i = 0; i < got.length; i++) {
                other += got[i] == expected[i] ? 0 : 1;
            }
            assertThat(other).isLessThan(got.length / 50);
        }
    }

    @Test
    void closeWaitsForRunningCallsAndRefusesLaterOnes() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        SegmentationHead slow = new Asked((pixels, height, width) -> {
            inside.countDown();
            await(mayEnd);
            return pixels.bilinear(height, width, false);
        });
        SegmentPredictor predictor =
                SegmentPredictor.of(model, LoadedHead.random(1, p -> slow), ClassList.numbered(3), SMALL);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        Future<SegmentMap> running = threads.submit(() -> predictor.predict(TinyModel.picture(64, 64, 1)));
        inside.await();
        Future<?> closing = threads.submit(predictor::close);

        Thread.sleep(50);
        assertThat(closing.isDone()).isFalse();
        mayEnd.countDown();

        assertThat(running.get(10, TimeUnit.SECONDS).width()).isEqualTo(64);
        closing.get(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> predictor.predict(coffee))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        threads.shutdown();
    }

    @Test
    void namesTheLayerWhoseFeaturesAreNotFinite() {
        SegmentOptions blinding =
                SMALL.withNormalisation(Normalisation.of(new float[3], new float[] {1e-38f, 1e-38f, 1e-38f}));
        try (SegmentPredictor predictor = linear(blinding)) {
            assertThatThrownBy(() -> predictor.predict(coffee))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("layer 1 of random gave NaN or infinite features");
        }
    }

    @Test
    void namesTheHeadWhoseScoresAreNotFinite() {
        SegmentationHead broken = new Asked((pixels, height, width) -> pixels.mul(Double.NaN));
        try (SegmentPredictor predictor =
                SegmentPredictor.of(model, LoadedHead.random(4, p -> broken), ClassList.numbered(3), SMALL)) {
            assertThatThrownBy(() -> predictor.predict(coffee))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the head (drawn at random from seed 4) gave NaN or infinite scores");
        }
    }

    @Test
    void refusesTooFewClassNames() {
        Path head = WrittenHead.linear("", 48, 5).write(folder);

        assertThatThrownBy(() -> SegmentPredictor.load(model, head, ClassList.numbered(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fewer class names than outputs");
    }

    @Test
    void refusesAHeadOnLayersThatTheBackboneDoesNotHave() {
        try (LoadedHead<LinearSegmenter> head = LoadedHead.random(
                1, p -> new LinearSegmenter(p, new LinearSegmenter.Config(Layers.of(1, 3), 96, false, 5)))) {
            assertThatThrownBy(() -> SegmentPredictor.of(model, head, FIVE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("layer 3 does not exist");
        }
    }

    @Test
    void refusesAHeadOfAnotherWidth() {
        try (LoadedHead<LinearSegmenter> head = LoadedHead.random(
                1, p -> new LinearSegmenter(p, new LinearSegmenter.Config(Layers.last(1), 64, false, 5)))) {
            assertThatThrownBy(() -> SegmentPredictor.of(model, head, FIVE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reads 64 channels, random gives 48 (layers of width [48])");
        }
    }

    @Test
    void refusesAFineTuneFileWithHalfOfItsLora() {
        Path file = WrittenHead.fineTuneLinear("", 48, 5)
                .with("w_a_000", 3, 48)
                .with("w_b_000", 48, 3)
                .write(folder);

        assertThatThrownBy(() -> SegmentPredictor.load(model, file, FIVE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("two for each block (q, v)");
    }

    @Test
    void refusesAStripWhoseScoresWouldFillTheMemory() {
        RgbImage strip = Drawn.grey(20_000, 40);
        Path head = WrittenHead.linear("", 48, 150).write(folder);
        try (SegmentPredictor predictor = SegmentPredictor.load(model, head, ClassList.numbered(150))) {
            assertThatThrownBy(() -> predictor.predict(strip))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("150 classes of an image of 256000 x 512 pixels")
                    .hasMessageContaining("withSide");
        }
    }

    @Test
    void refusesAPhotoBeyondTheMemoryBudget() {
        long before = Engine.memoryBudget();
        try (SegmentPredictor predictor = linear(SMALL.withInference(new Inference.Plain(Fit.STRETCH)))) {
            Engine.memoryBudget(1 << 20);

            assertThatThrownBy(() -> predictor.predict(coffee))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("5 classes of an image of")
                    .hasMessageContaining("raise Engine.memoryBudget");
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void refusesScalesOfNoSide() {
        assertThatThrownBy(() -> new SegmentOptions(
                        OptionalInt.empty(),
                        new Inference.Whole(512),
                        Augmentation.DINOV2_MULTI_SCALE,
                        Optional.empty(),
                        false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scales are those of a shorter side");
    }

    @Test
    @Tag("soak")
    void memoryStaysFlat() {
        Assumptions.assumeTrue(MemorySoak.isSupported(), "resident memory is read from /proc");
        RgbImage photo = TinyModel.picture(90, 70, 1);
        try (SegmentPredictor predictor = linear(SMALL)) {

            List<Long> resident = MemorySoak.run(2_000, 500, 6, () -> predictor.predict(photo));

            System.out.println("resident KiB at each 500 predictions: " + resident);
            // the first readings still hold what other tests freed
            assertThat(MemorySoak.largestGrowth(resident.subList(2, 6))).isLessThan(0.02);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Answer {
        Tensor scores(Tensor pixels, int height, int width);
    }

    private record Asked(Answer answer) implements SegmentationHead {
        @Override
        public Taps taps() {
            return new Taps(Layers.last(1), true);
        }

        @Override
        public int classes() {
            return 3;
        }

        @Override
        public Tensor scores(Tensor pixels, List<Tokens> taps, int height, int width) {
            return answer.scores(pixels, height, width);
        }
    }
}
