package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.ScaleFusion;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.FineTuneFpn;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.Mask2FormerConfig;
import io.github.dino4j.segment.Mask2FormerSegmenter;
import io.github.dino4j.segment.MaskLoss;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.segment.SegmentMetrics;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.tensor.Tensor;
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
    void aPaddedFpnDecoderIsLoadedWithItsPadding() throws IOException {
        FpnDecoder.Config padded = new FpnDecoder.Config(DIM, 24, 3, 1, FpnDecoder.Last.LOGITS);
        try (Model model = Model.random(TinyModel.of(DIM, 3, 4), 1);
                SegmentationTraining task =
                        task(model, LearningHead.random(1, p -> new FineTuneFpn(p, padded)), settings())) {
            Path file = task.export(folder, Map.of()).get(0);

            try (SegmentPredictor predictor = SegmentPredictor.load(model, file, Blocks.CLASSES)) {
                assertThat(((FineTuneFpn) predictor.head()).config()).isEqualTo(padded);
                assertThat(predictor.options()).isEqualTo(Blocks.options(SIDE));
            }
        }
    }

    @Test
    void aLinearHeadOverChosenLayersWithClassTokensIsLoadedWithThem() throws IOException {
        LinearSegmenter.Config config =
                LinearSegmenter.Config.of(TinyModel.CONFIG, Layers.of(0), 3).withClassToken();
        try (Model model = TinyModel.random();
                SegmentationTraining task =
                        task(model, LearningHead.random(1, p -> new LinearSegmenter(p, config)), settings())) {
            Path file = task.export(folder, Map.of()).get(0);

            try (SegmentPredictor predictor = SegmentPredictor.load(model, file, Blocks.CLASSES)) {
                assertThat(((LinearSegmenter) predictor.head()).config()).isEqualTo(config);
            }
        }
    }

    @Test
    void segmentationOverScalesLearns() {
        PyramidSegmenter.Config config = new PyramidSegmenter.Config(
                Layers.of(0, 1, 2, 3),
                new VitAdapter.Config(DIM, 8, 4, 4, 0.25, 0.5, 0),
                new ScaleFusion.Config.FeaturePyramidNetwork(DIM, 32),
                new FpnDecoder.Config(32, 24, 3, 1, FpnDecoder.Last.LOGITS));
        assertLossFalls(p -> new PyramidSegmenter(p, config), 4, 0.1);
    }

    @Test
    void mask2FormerLearnsItsMasks() {
        Mask2FormerConfig config = new Mask2FormerConfig(
                Layers.of(0, 1, 2, 3),
                new VitAdapter.Config(64, 8, 16, 4, 0.25, 0.5, 0),
                new PixelDecoder.Config(64, 32, 32, 16, 48, 1),
                new MaskedTransformerDecoder.Config(32, 32, 32, 3, 8, 3, 3, 16, 40, false));
        try (Model model = Model.random(TinyModel.of(64, 4, 4), 1);
                SegmentationTraining task = SegmentationTraining.ofMasks(
                        new FrozenBackbone(model),
                        LearningHead.random(1, p -> new Mask2FormerSegmenter(p, config)),
                        learned().examples(),
                        unseen().truths(),
                        MaskLoss.STANDARD.withPoints(256),
                        settings())) {
            List<Double> losses = MiniLoop.run(task, 4, 24, 0.01);
            List<Double> again = MiniLoop.run(task, 4, 1, 0);

            assertThat(losses.get(23)).isLessThan(0.8 * losses.get(0));
            assertThat(MiniLoop.run(task, 4, 1, 0)).isEqualTo(again);
            assertThat(task.evaluate().values()).containsKeys("mIoU", "aAcc");
        }
    }

    @Test
    void aBackboneThatReadsDepthIsTaughtAndMeasuredWithDepth() {
        try (Model model = Model.random(new DepthFusion.Branch().of(TinyModel.CONFIG), 1);
                SegmentationTraining task = SegmentationTraining.of(
                        new FrozenBackbone(model),
                        linear(),
                        learned().withDepth().examples(),
                        unseen().withDepth().truths(),
                        SegmentLoss.CrossEntropy.STANDARD,
                        SegmentationTraining.Settings.of(
                                Blocks.CLASSES,
                                Blocks.TRANSFORM.withDepth(DepthNormalisation.INDOOR),
                                Blocks.options(SIDE)))) {
            List<Double> losses = MiniLoop.run(task, 4, 10, 0.3);

            assertThat(losses.get(9)).isLessThan(losses.get(0));
            assertThat(task.evaluate().chiefValue()).isNotNaN();
        }
    }

    @Test
    void aBackboneThatLearnsIsAGroupOfItsOwnAndChanges() throws IOException {
        try (WholeBackbone backbone = WholeBackbone.random(TinyModel.CONFIG, 1);
                SegmentationTraining task = SegmentationTraining.of(
                        backbone,
                        linear(),
                        learned().examples(),
                        unseen().truths(),
                        SegmentLoss.CrossEntropy.STANDARD,
                        settings())) {
            Tensor weight = Objects.requireNonNull(backbone.variables().get("blocks.0.attn.proj.weight"));
            float[] before = weight.toFloats();

            MiniLoop.run(task, 4, 2, 0.1);

            assertThat(task.groups()).extracting(ParameterGroup::name).containsExactly("head", "backbone");
            assertThat(weight.toFloats()).isNotEqualTo(before);
            assertThat(task.export(folder, Map.of())).hasSize(2).allMatch(java.nio.file.Files::exists);
        }
    }

    @Test
    void refusesToKeepFeaturesOfABackboneThatLearns() {
        try (WholeBackbone backbone = WholeBackbone.random(TinyModel.CONFIG, 1);
                LearningHead<LinearSegmenter> head = linear();
                FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("features")))) {
            assertThatThrownBy(() -> SegmentationTraining.of(
                            backbone,
                            head,
                            learned().examples(),
                            unseen().truths(),
                            SegmentLoss.CrossEntropy.STANDARD,
                            settings().withCache(cache)))
                    .hasMessageContaining("cannot be kept");
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
            MiniLoop.run(task, 4, 60, 0.5);
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
