package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DptHeadTest {
    private static List<Tokens> taps(int height, int width) {
        float[] values = new float[height * width * TinyHeads.WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        Tensor patches = Tensor.of(values, 1, (long) height * width, TinyHeads.WIDTH);
        return Collections.nCopies(
                4, new Tokens(patches.select(1, 0), patches.narrow(1, 0, 0), patches, height, width));
    }

    @ParameterizedTest
    @CsvSource({"4, 6, 64, 96", "5, 7, 96, 128", "1, 1, 32, 32"})
    void givesSixteenTimesTheGridRoundedUpToEven(int rows, int columns, int height, int width) {
        try (var head = TinyHeads.dpt();
                Scope scope = Scope.inference()) {
            Tensor depth = head.head().forward(Tensor.zeros(1), taps(rows, columns));

            assertThat(depth.shape()).containsExactly(1, 1, height, width);
        }
    }

    @Test
    void givesTheSameInBandsAsInOnePiece() {
        try (var head = TinyHeads.dpt();
                Scope scope = Scope.inference()) {
            List<Tokens> taps = taps(20, 24); // 320 x 384 pixels, two bands

            float[] bands = head.head().forward(Tensor.zeros(1), taps).toFloats();

            float[] whole =
                    head.head().values().forward(head.head().logits(taps)).toFloats();
            assertThat(bands).usingComparatorWithPrecision(1e-4f).containsExactly(whole);
        }
    }

    @Test
    void learnsInEveryWeight() {
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            TrainableParameters weights = new TrainableParameters(new RandomParameters(3, arena), name -> true);
            DptHead head = new DptHead(
                    Parameters.of(weights).learning(), TinyHeads.DPT, DepthPreset.SYNTHMIX.values(), TinyHeads.TAPS);
            Tensor depth = head.forward(Tensor.zeros(1), taps(4, 6));

            Tensor target = depth.detach().mul(1.5).add(1);
            new SigLoss().forward(depth, target, target.atLeast(0)).backward();

            assertThat(weights.variables().values())
                    .allSatisfy(weight -> assertThat(weight.grad().isFinite()).isTrue());
        }
    }
}
