package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.tensor.PackedWeight.Then;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PackedWeightTest {
    /** Largest error relative to the largest value: of float32 sums, of 8 bits of mantissa, of 8-bit steps. */
    private static double tolerance(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 1e-6;
            case BFLOAT16 -> 1e-2;
            case INT8 -> 3e-2;
        };
    }

    static Stream<Arguments> shapes() {
        return Stream.of(Precision.values())
                .filter(Precision::supported)
                .flatMap(p -> Stream.of(
                        Arguments.of(p, 1, 7, 5),
                        Arguments.of(p, 3, 64, 64),
                        Arguments.of(p, 50, 384, 1152),
                        Arguments.of(p, 129, 100, 33)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void givesTheProductWithBiasActivationAndResidual(Precision precision, int rows, int in, int out) {
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            Tensor x = noise(1, rows, in);
            Tensor weight = noise(2, out, in);
            Tensor bias = noise(3, out);
            Tensor residual = noise(4, rows, out);
            PackedWeight packed =
                    PackedWeight.pack(precision, new PackedWeight.Source(weight, bias), new Slab(arena::keep));
            Tensor expected = x.linear(weight, bias);

            assertClose(packed.forward(x, Then.NOTHING, null, DType.F32), expected, precision);
            assertClose(packed.forward(x, Then.GELU, null, DType.F32), expected.gelu(), precision);
            assertClose(packed.forward(x, Then.SILU, null, DType.F32), expected.silu(), precision);
            assertClose(packed.forward(x, Then.RELU, null, DType.F32), expected.relu(), precision);
            assertClose(packed.forward(x, Then.NOTHING, residual, DType.F32), expected.add(residual), precision);
        }
    }

    @Test
    void ordersRowsAndFoldsFactors() {
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            assumeTrue(Precision.FLOAT32.supported());
            Tensor x = noise(1, 4, 6);
            Tensor weight = noise(2, 3, 6);
            Tensor factors = Tensor.of(new float[] {2, 3, 4}, 3);
            long[] order = {2, 0, 1};

            PackedWeight packed = PackedWeight.pack(
                    Precision.FLOAT32, new PackedWeight.Source(weight, null, order, factors), new Slab(arena::keep));

            Tensor expected = x.linear(weight.rows(order), null).mul(factors);
            assertClose(packed.forward(x, Then.NOTHING, null, DType.F32), expected, Precision.FLOAT32);
        }
    }

    @ParameterizedTest
    @MethodSource("precisions")
    void noticesWeightsThatAreNotFinite(Precision precision) {
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            float[] values = new float[64 * 64];
            values[777] = Float.NaN;
            PackedWeight packed = PackedWeight.pack(
                    precision, new PackedWeight.Source(Tensor.of(values, 64, 64), null), new Slab(arena::keep));

            assertThat(packed.isFinite()).isFalse();
        }
    }

    @Test
    void int8TakesConstantInputsWithoutDividingByZero() {
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            assumeTrue(Precision.INT8.supported());
            Tensor weight = noise(2, 8, 16);
            PackedWeight packed =
                    PackedWeight.pack(Precision.INT8, new PackedWeight.Source(weight, null), new Slab(arena::keep));
            for (float constant : new float[] {0, 3, -3}) {
                Tensor x = Tensor.full(constant, DType.F32, Device.CPU, 4, 16);
                Tensor y = packed.forward(x, Then.NOTHING, null, DType.F32);
                assertClose(y, x.linear(weight, null), Precision.INT8);
            }
        }
    }

    @Test
    void refusesAResidualBehindAnActivation() {
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            assumeTrue(Precision.FLOAT32.supported());
            PackedWeight packed = PackedWeight.pack(
                    Precision.FLOAT32, new PackedWeight.Source(noise(1, 4, 4), null), new Slab(arena::keep));

            assertThatThrownBy(() -> packed.forward(noise(2, 2, 4), Then.GELU, noise(3, 2, 4), DType.F32))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    static Stream<Precision> precisions() {
        return Stream.of(Precision.values()).filter(Precision::supported);
    }

    private static void assertClose(Tensor got, Tensor expected, Precision precision) {
        float[] a = got.toFloats();
        float[] b = expected.toFloats();
        double largest = 1e-3;
        double error = 0;
        for (int i = 0; i < b.length; i++) {
            largest = Math.max(largest, Math.abs(b[i]));
            error = Math.max(error, Math.abs(a[i] - b[i]));
        }
        assertThat(error / largest).isLessThan(tolerance(precision));
    }

    static Tensor noise(long seed, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, shape);
    }
}
