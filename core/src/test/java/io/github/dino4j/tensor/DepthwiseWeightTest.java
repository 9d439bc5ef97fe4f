package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DepthwiseWeightTest {
    /** Values without a pattern. */
    private static Tensor values(long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        float[] values = new float[(int) elements];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37 + shape.length);
        }
        return Tensor.of(values, shape);
    }

    @ParameterizedTest
    @CsvSource({"16, 7, 12, 9", "20, 7, 5, 11", "16, 7, 1, 1", "16, 7, 2, 3", "8, 3, 6, 4", "96, 7, 14, 14"})
    void bandsOfAMapAreThoseOfTheConvolution(int channels, int kernel, int height, int width) {
        assumeTrue(Precision.FLOAT32.supported(), "this processor has no kernels to pack for");
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            Tensor weight = values(channels, 1, kernel, kernel);
            Tensor bias = values(channels);
            Tensor rows = values(2L * height * width, channels); // two images
            DepthwiseWeight packed = DepthwiseWeight.pack(weight, bias, new Slab(arena::keep));
            Tensor expected = rows.reshape(2, height, width, channels)
                    .permute(0, 3, 1, 2)
                    .conv2d(weight, bias, 1, kernel / 2, channels)
                    .permute(0, 2, 3, 1)
                    .narrow(0, 1, 1);

            for (int lines = 1; lines <= height; lines++) {
                for (int first = 0; first + lines <= height; first++) {
                    Tensor band = packed.forward(rows, (long) height * width, height, width, first, lines);

                    assertThat(band.shape()).containsExactly((long) lines * width, channels);
                    assertThat(band.toFloats())
                            .containsExactly(expected.narrow(1, first, lines).toFloats(), within(1e-4f));
                }
            }
        }
    }
}
