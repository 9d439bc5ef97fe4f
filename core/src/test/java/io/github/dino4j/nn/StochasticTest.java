package io.github.dino4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StochasticTest {
    private static final int DIM = 8;
    private static final TransformerBlock.Config BLOCK = new TransformerBlock.Config(
            new SelfAttention.Config(DIM, 2, Bias.FULL, Bias.FULL, Optional.empty()),
            new Ffn.Mlp(16, true),
            new Norm.Layer(1e-6),
            false,
            1);
    private static final Crops CROPS =
            new Crops(List.of(new Crops.Crop(8, 3, Rotary.NONE), new Crops.Crop(4, 2, Rotary.NONE)));

    private static float[] run(Stochastic chance, int block, Tensor x) {
        try (Arena arena = new Arena()) {
            Parameters p = Parameters.of(new RandomParameters(1, arena)).learning(chance);
            return new TransformerBlock(p, BLOCK, block, 4).forward(x, CROPS).toFloats();
        }
    }

    private static Tensor input() {
        float[] values = new float[32 * DIM];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.7);
        }
        return Tensor.of(values, 32, DIM);
    }

    /** Which images of the first crop came out as they went in. */
    private static List<Integer> passed(float[] out, float[] in) {
        List<Integer> passed = new ArrayList<>();
        for (int image = 0; image < 8; image++) {
            boolean same = true;
            for (int i = image * 3 * DIM; i < (image + 1) * 3 * DIM; i++) {
                same &= out[i] == in[i];
            }
            if (same) {
                passed.add(image);
            }
        }
        return passed;
    }

    @Test
    void aSubsetLeavesExactlyItsShareOut() {
        try (Scope scope = Scope.inference()) {
            Tensor x = input();
            Engine.seed(3);
            float[] out = run(Stochastic.dinoV3(0.9, RotaryEmbedding.Distortion.NONE), 0, x);
            // one of eight takes each branch: of attention and network, two at most
            assertThat(passed(out, x.toFloats())).hasSizeBetween(6, 7);
        }
    }

    @Test
    void onAverageTheBranchIsWhole() {
        try (Scope scope = Scope.inference()) {
            Tensor x = input();
            float[] whole = run(Stochastic.NONE, 3, x);
            for (Stochastic chance : List.of(
                    Stochastic.dinoV1(0.5),
                    Stochastic.dinoV2(0.05),
                    Stochastic.dinoV3(0.5, RotaryEmbedding.Distortion.NONE))) {
                double[] sum = new double[whole.length];
                Engine.seed(4);
                int times = 400;
                for (int i = 0; i < times; i++) {
                    float[] one = run(chance, 3, x);
                    for (int k = 0; k < sum.length; k++) {
                        sum[k] += one[k] / times;
                    }
                }
                double error = 0;
                double size = 0;
                for (int k = 0; k < sum.length; k++) {
                    error += Math.abs(sum[k] - whole[k]) / sum.length;
                    size += Math.abs(whole[k] - x.toFloats()[k]) / sum.length;
                }
                assertThat(error).isLessThan(0.1 * size);
            }
        }
    }

    @Test
    void growingDropsNothingInTheFirstBlockAndNothingOutsideALearningView() {
        try (Scope scope = Scope.inference();
                Arena arena = new Arena()) {
            Tensor x = input();
            assertThat(run(Stochastic.dinoV1(0.9), 0, x)).isEqualTo(run(Stochastic.NONE, 0, x));
            assertThat(Parameters.of(new RandomParameters(1, arena)).stochastic())
                    .isEqualTo(Stochastic.NONE);
        }
    }

    @Test
    void gradientsReachTheSamplesThatTookTheBranch() {
        try (Scope scope = Scope.open();
                Arena arena = new Arena()) {
            TrainableParameters weights = new TrainableParameters(new RandomParameters(1, arena), name -> true);
            Parameters p = Parameters.of(weights).learning(Stochastic.dinoV3(0.5, RotaryEmbedding.Distortion.NONE));
            TransformerBlock block = new TransformerBlock(p, BLOCK);
            Tensor x = input().learn();
            Scope.tidy(() -> block.forward(x, CROPS)).square().sum(false, 0, 1).backward();
            assertThat(weights.variables().values()).allMatch(Tensor::hasGrad);
            assertThat(x.grad().isFinite()).isTrue();
        }
    }

    @Test
    void distortedPositionsStayWithinTheirBoundsAndDifferFromDrawToDraw() {
        try (Scope scope = Scope.inference();
                Arena arena = new Arena()) {
            RotaryEmbedding.Config config = new RotaryEmbedding.Config(
                    new RotaryEmbedding.Periods.Base(100), RotaryEmbedding.Coordinates.SEPARATE, DType.F32);
            RotaryEmbedding plain = new RotaryEmbedding(Parameters.of(new RandomParameters(1, arena)), config, 4);
            RotaryEmbedding distorted = new RotaryEmbedding(
                    Parameters.of(new RandomParameters(1, arena))
                            .learning(Stochastic.dinoV3(0, new RotaryEmbedding.Distortion(0, 1, 2))),
                    config,
                    4);
            double whole = angle(plain);
            List<Double> factors = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                factors.add(angle(distorted) / whole);
            }
            assertThat(factors).doesNotHaveDuplicates().allMatch(factor -> factor >= 0.499 && factor <= 2.001);
            assertThat(factors).anyMatch(factor -> factor < 0.7).anyMatch(factor -> factor > 1.4);
            assertThat(distorted.isDistorted()).isTrue();
            assertThat(plain.isDistorted()).isFalse();
        }
    }

    /** By which a patch one step from the middle of 41 x 41 turns: 2 pi 2 / 41, small enough to be told when doubled. */
    private static double angle(RotaryEmbedding embedding) {
        Rotary.Table table = (Rotary.Table) embedding.rotary(41, 41);
        int at = 2 * (20 * 41 + 21) + 1;
        return Math.atan2(table.sin().toFloats()[at], table.cos().toFloats()[at]);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Stochastic.dinoV1(1))
                .withMessageContaining("not 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryEmbedding.Distortion(0, 0.5, 1))
                .withMessageContaining("jitter 0.5");
    }
}
