package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.depth.AfterFusion;
import io.github.dino4j.depth.ClassToken;
import io.github.dino4j.depth.DepthHead;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.depth.DepthProtocol;
import io.github.dino4j.depth.DptConfig;
import io.github.dino4j.depth.DptHead;
import io.github.dino4j.depth.HeadNorm;
import io.github.dino4j.depth.LinearDepthConfig;
import io.github.dino4j.depth.LinearDepthHead;
import io.github.dino4j.depth.Readout;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DepthTrainingTest {
    private static final int SIDE = 64;
    private static final int DIM = TinyModel.CONFIG.dim();
    private static final DepthPreset PRESET = DepthPreset.DINOV3.withRange(0.5, 4);
    private static final DepthProtocol PROTOCOL =
            new DepthProtocol(0.5, 4, DepthProtocol.Crop.FULL, DepthProtocol.Alignment.NONE);

    @TempDir
    Path folder;

    private static LearningHead<LinearDepthHead> linear() {
        LinearDepthConfig config = new LinearDepthConfig(List.of(DIM), ClassToken.IGNORED, HeadNorm.BATCH, 1, 16);
        return LearningHead.random(
                1, p -> new LinearDepthHead(p, config, PRESET.values(), new Taps(Layers.last(1), true)));
    }

    private static DepthTraining task(Model model, LearningHead<? extends DepthHead> head, int warmUp) {
        return new DepthTraining(
                new FrozenBackbone(model),
                head,
                new Blocks(SIDE, 16, 8, 1).depthExamples(),
                new Blocks(SIDE, 16, 4, 2).depthTruths(),
                DepthTraining.Settings.of(PRESET, Blocks.TRANSFORM, PROTOCOL).withLosses(1, warmUp, 0.1));
    }

    @Test
    void aLinearHeadLearnsMoreThanTheMeanDepth() {
        try (Model model = TinyModel.random();
                DepthTraining task = task(model, linear(), 5)) {
            MiniLoop.run(task, 4, 60, 1);

            Scores scores = task.evaluate();

            assertThat(scores.chiefValue())
                    .isLessThan(0.8 * Objects.requireNonNull(scores.values().get("abs_rel of the mean")));
        }
    }

    @Test
    void aDptHeadLearns() {
        DptConfig config = new DptConfig(
                List.of(DIM, DIM, DIM, DIM),
                List.of(8, 8, 16, 16),
                16,
                Readout.PROJECT,
                HeadNorm.NONE,
                Bias.FULL,
                AfterFusion.PROJECTION,
                8,
                16);
        try (Model model = Model.random(TinyModel.of(DIM, 3, 4), 1);
                DepthTraining task = task(
                        model,
                        LearningHead.random(
                                1, p -> new DptHead(p, config, PRESET.values(), new Taps(Layers.of(0, 1, 2, 3), true))),
                        0)) {
            List<Double> losses = MiniLoop.runBySigns(task, 4, 20, 0.003);

            assertThat(losses.get(18)).isLessThan(0.8 * losses.get(0));
        }
    }

    @Test
    void theExportedHeadPredictsWhatWasMeasuredWithoutAPreset() throws IOException {
        try (Model model = TinyModel.random();
                DepthTraining task = task(model, linear(), 5)) {
            MiniLoop.run(task, 4, 10, 1);

            Path file = task.export(folder, Map.of()).get(0);

            try (DepthPredictor predictor = DepthPredictor.load(model, file)) {
                DepthTruth truth = new Blocks(SIDE, 16, 4, 2).depthTruths().load(0, new SplittableRandom(0));
                double own = PROTOCOL.evaluate(predictor.predict(truth.photo()), truth.depth())
                        .absRel();
                double sum = own;
                for (int i = 1; i < 4; i++) {
                    DepthTruth other = new Blocks(SIDE, 16, 4, 2).depthTruths().load(i, new SplittableRandom(0));
                    sum += PROTOCOL.evaluate(predictor.predict(other.photo()), other.depth())
                            .absRel();
                }
                assertThat(predictor.preset()).isEqualTo(PRESET);
                assertThat(sum / 4).isCloseTo(task.evaluate().chiefValue(), within(1e-5));
            }
        }
    }

    @Test
    void aResumedRunKnowsHowFarTheLossHasWarmedUp() {
        try (Model model = TinyModel.random();
                DepthTraining first = task(model, linear(), 3);
                DepthTraining resumed = task(model, linear(), 3)) {
            MiniLoop.run(first, 4, 3, 0);
            double after = MiniLoop.run(first, 4, 1, 0).get(0);
            double fresh = MiniLoop.run(resumed, 4, 1, 0).get(0);

            Tensor calls = Objects.requireNonNull(resumed.state().get("loss.calls"));
            try (Scope scope = Scope.inference()) {
                calls.write(Objects.requireNonNull(first.state().get("loss.calls")));
            }

            assertThat(fresh).isLessThan(after); // no variance yet
            assertThat(MiniLoop.run(resumed, 4, 1, 0).get(0)).isCloseTo(after, within(1e-6));
        }
    }

    @Test
    void aBatchWithoutAMeasurementTeachesNothing() {
        try (Model model = TinyModel.random();
                DepthTraining task = task(model, linear(), 3);
                Scope scope = Scope.open()) {
            DepthExample empty = new DepthExample(new Blocks(SIDE, 16, 1, 1).input(0), new float[SIDE * SIDE]);

            Losses losses = task.learn(List.of(empty), 1);

            assertThat(losses.total()).isZero();
            assertThat(losses.parts()).containsEntry("measured", 0.0);
        }
    }

    @Test
    void theSheetShowsTruthAndPredictionInOneScale() {
        try (Model model = TinyModel.random();
                DepthTraining task = task(model, linear(), 3)) {
            assertThat(task.sheet().orElseThrow().width()).isGreaterThan(3 * 360);
        }
    }

    @Test
    void theMeanDepthIsOfWhatIsWithinTheRange() {
        Examples<DepthExample> data = new Examples<>() {
            @Override
            public int size() {
                return 2;
            }

            @Override
            public String name(int index) {
                return "photo " + index;
            }

            @Override
            public DepthExample load(int index, RandomGenerator random) {
                float[] metres = new float[SIDE * SIDE];
                Arrays.fill(metres, index == 0 ? 2 : 100); // 4 is the farthest
                return new DepthExample(new Blocks(SIDE, 16, 1, 1).input(0), metres);
            }
        };
        try (Model model = TinyModel.random();
                DepthTraining task = new DepthTraining(
                        new FrozenBackbone(model),
                        linear(),
                        data,
                        new Blocks(SIDE, 16, 1, 2).depthTruths(),
                        DepthTraining.Settings.of(PRESET, Blocks.TRANSFORM, PROTOCOL))) {
            assertThat(task.evaluate().protocol()).containsEntry("mean depth of the training set", 2.0);
        }
    }
}
