package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.FineTuneFpn;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.segment.SegmentMetrics;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.segment.SegmentationHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentationTrainingTest {
    private static final int SIDE = 64;
    private static final int DIM = TinyModel.CONFIG.dim();

    @TempDir
    Path folder;

    private static Blocks learned() {
        return new Blocks(SIDE, 16, 8, 1);
    }

    private static Blocks unseen() {
        return new Blocks(SIDE, 16, 4, 2);
    }

    private static LearningHead<LinearSegmenter> linear() {
        LinearSegmenter.Config config =
                LinearSegmenter.Config.of(TinyModel.CONFIG, Layers.last(1), Blocks.CLASSES.size());
        return LearningHead.random(1, p -> new LinearSegmenter(p, config));
    }

    private static SegmentationTraining task(
            Model model, LearningHead<? extends SegmentationHead> head, SegmentationTraining.Settings settings) {
        return SegmentationTraining.of(
                new FrozenBackbone(model),
                head,
                learned().examples(),
                unseen().truths(),
                SegmentLoss.CrossEntropy.STANDARD,
                settings);
    }

    private static SegmentationTraining.Settings settings() {
        return SegmentationTraining.Settings.of(Blocks.CLASSES, Blocks.TRANSFORM, Blocks.options(SIDE));
    }

    @Test
    void aLinearHeadLearnsToTellBlocksOfColourApart() {
        try (Model model = TinyModel.random();
                SegmentationTraining task = task(model, linear(), settings())) {
            double before = task.evaluate().chiefValue();

            MiniLoop.run(task, 4, 60, 0.5);

            assertThat(before).isLessThan(0.6);
            assertThat(task.evaluate().chiefValue()).isGreaterThan(0.75);
        }
    }

    @Test
    void theExportedHeadPredictsExactlyWhatWasMeasured() throws IOException {
        try (Model model = TinyModel.random();
                SegmentationTraining task = task(model, linear(), settings())) {
            MiniLoop.run(task, 4, 20, 0.5);

            Path file = task.export(folder, Map.of("note", "a test")).get(0);

            try (SegmentPredictor predictor =
                    SegmentPredictor.load(model, file, Blocks.CLASSES, Blocks.options(SIDE))) {
                SegmentMetrics metrics = new SegmentMetrics(Blocks.CLASSES);
                for (int i = 0; i < 4; i++) {
                    SegmentTruth truth = unseen().truths().load(i, new java.util.SplittableRandom(0));
                    metrics.add(predictor.predict(truth.photo()), truth.labels());
                }
                assertThat(metrics.meanIou()).isEqualTo(task.evaluate().chiefValue());
            }
        }
    }

    @Test
    void evaluationLeavesTheRunningStatisticsAlone() {
        try (Model model = TinyModel.random();
                SegmentationTraining task = task(model, linear(), settings())) {
            MiniLoop.run(task, 4, 2, 0.1);
            float[] before = runningMean(task);

            task.evaluate();

            assertThat(before).isNotEqualTo(new float[DIM]);
            assertThat(runningMean(task)).containsExactly(before);
        }
    }

    private static float[] runningMean(SegmentationTraining task) {
        return Objects.requireNonNull(task.state().get("head.batchnorm_layer.running_mean"))
                .toFloats();
    }

    @Test
    void theLinearDecoderOfFineTuningLearns() {
        assertLossFalls(p -> new FineTuneLinear(p, DIM, 3), TinyModel.CONFIG.depth(), 0.5);
    }

    @Test
    void thePaddedFpnDecoderLearnsOnAGridThatTheUnpaddedOneCannotRead() {
        assertLossFalls(p -> new FineTuneFpn(p, new FpnDecoder.Config(DIM, 24, 3, 1, FpnDecoder.Last.LOGITS)), 4, 0.2);
    }

    private static void assertLossFalls(Function<Parameters, SegmentationHead> build, int depth, double rate) {
        try (Model model = Model.random(TinyModel.of(DIM, 3, depth), 1);
                SegmentationTraining task = task(model, LearningHead.random(1, build), settings())) {
            List<Double> losses = MiniLoop.run(task, 4, 40, rate);

            assertThat(losses.get(39)).isLessThan(0.6 * losses.get(0));
        }
    }

    @Test
    void keptFeaturesGiveTheSameLosses() {
        try (Model model = TinyModel.random();
                FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("features")));
                SegmentationTraining without = task(model, linear(), settings());
                SegmentationTraining with = task(model, linear(), settings().withCache(cache))) {
            List<Double> expected = MiniLoop.run(without, 4, 10, 0.1);

            List<Double> losses = MiniLoop.run(with, 4, 10, 0.1);

            assertThat(cache.computed()).isEqualTo(8);
            for (int i = 0; i < losses.size(); i++) {
                assertThat(losses.get(i)).isCloseTo(expected.get(i), within(1e-6));
            }
        }
    }

    @Test
    void theSheetHasARowForEachOfTheFirstPhotos() {
        try (Model model = TinyModel.random();
                SegmentationTraining task = task(model, linear(), settings().withPictures(2))) {
            RgbImage two = task.sheet().orElseThrow();

            assertThat(two.width()).isGreaterThan(3 * 360);
            assertThat(two.height()).isGreaterThan(360);
        }
    }

    @Test
    void refusesAHeadOfAnotherNumberOfClasses() {
        try (Model model = TinyModel.random();
                LearningHead<FineTuneLinear> head = LearningHead.random(1, p -> new FineTuneLinear(p, DIM, 5))) {
            assertThatThrownBy(() -> task(model, head, settings())).hasMessageContaining("the head has 5 outputs");
        }
    }
}
