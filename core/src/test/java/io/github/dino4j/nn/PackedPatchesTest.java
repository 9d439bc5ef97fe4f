package io.github.dino4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PackedPatchesTest {
    private Arena arena;
    private Scope scope;
    private Parameters plain;
    private Parameters packed;

    @BeforeEach
    void open() {
        assumeTrue(Precision.FLOAT32.supported(), "this processor has no kernels to pack for");
        arena = new Arena();
        scope = Scope.tiled();
        plain = Parameters.of(new RandomParameters(1, arena));
        packed = plain.packed(Precision.FLOAT32);
    }

    @AfterEach
    void close() {
        if (scope != null) {
            scope.close();
            arena.close();
        }
    }

    private static Tensor image(int batch, int channels, int height, int width) {
        float[] values = new float[batch * channels * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        return Tensor.of(values, batch, channels, height, width);
    }

    @Test
    void patchesOfImagesAreTheConvolutionAndLeaveARemainderOut() {
        Squares squares = new Squares(3, 24, 4);
        Tensor pixels = image(2, 3, 43, 70);

        FeatureMap expected = plain.patches("proj", squares).forward(pixels, x -> x.mul(2));
        FeatureMap got = packed.patches("proj", squares).forward(pixels, x -> x.mul(2));

        assertThat(got.image().shape()).containsExactly(2, 24, 10, 17);
        assertThat(got.rows().toFloats()).containsExactly(expected.rows().toFloats(), within(1e-5f));
    }

    @Test
    void squaresOfMapsAreTheConvolutionAndLeaveARemainderOut() {
        Squares squares = new Squares(6, 24, 2);
        FeatureMap x = FeatureMap.of(image(2, 6, 15, 33));

        FeatureMap expected = plain.downsampling("conv", squares).forward(x, rows -> rows.add(1));
        FeatureMap got = packed.downsampling("conv", squares).forward(x, rows -> rows.add(1));

        assertThat(got.image().shape()).containsExactly(2, 24, 7, 16);
        assertThat(got.rows().toFloats()).containsExactly(expected.rows().toFloats(), within(1e-5f));
    }
}
