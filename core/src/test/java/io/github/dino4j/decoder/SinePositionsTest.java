package io.github.dino4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SinePositionsTest {
    private static final org.assertj.core.data.Offset<Float> ULPS =
            within(1e-6f); // vectorised sines differ in the last bit

    @Test
    void countsPixelCentresWithAShiftOfAHalf() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            SinePositions positions = new SinePositions(Parameters.of(new RandomParameters(0, arena)), 2, 0.5);

            float[] got = positions.at(1, 2).toFloats();

            double first = 0.5 / 2.000001 * 2 * Math.PI;
            assertThat(got[4]).isCloseTo((float) Math.sin(first), within(1e-6f)); // channel 2: the columns' sine
            assertThat(got[6]).isCloseTo((float) Math.cos(first), within(1e-6f));
        }
    }

    @Test
    void givesAnImageThatEndsEarlyThePositionsOfAMapOfItsSize() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            SinePositions positions = new SinePositions(Parameters.of(new RandomParameters(0, arena)), 4, 0.5);
            float[] padding = new float[2 * 3 * 5];
            for (int i = 15; i < 30; i++) {
                padding[i] = i % 5 >= 3 || i >= 25 ? 1 : 0; // the second image fills 2 x 3 places
            }

            Tensor got = positions.masked(Tensor.of(padding, 2, 3, 5).to(DType.BOOL));

            assertThat(got.narrow(0, 0, 1).toFloats())
                    .containsExactly(positions.at(3, 5).toFloats(), ULPS);
            assertThat(got.narrow(0, 1, 1).narrow(2, 0, 2).narrow(3, 0, 3).toFloats())
                    .containsExactly(positions.at(2, 3).toFloats(), ULPS);
        }
    }

    @Test
    void listsTokensRowByRow() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            SinePositions positions = new SinePositions(Parameters.of(new RandomParameters(0, arena)), 2, 0);

            Tensor tokens = positions.tokens(2, 3, Device.CPU);

            assertThat(tokens.shape()).containsExactly(1, 6, 4);
            assertThat(tokens.select(1, 4).toFloats())
                    .containsExactly(
                            positions.at(2, 3).select(3, 1).select(2, 1).toFloats());
        }
    }

    @Test
    void refusesAnOddNumberOfChannels() {
        try (Arena arena = new Arena()) {
            Parameters view = Parameters.of(new RandomParameters(0, arena));

            assertThatThrownBy(() -> new SinePositions(view, 3, 0)).hasMessageContaining("even, not 3");
        }
    }
}
