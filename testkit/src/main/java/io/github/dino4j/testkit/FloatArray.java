package io.github.dino4j.testkit;

import java.util.Arrays;

/** A tensor as plain Java: row-major {@code values} of a {@code shape}; a scalar has the shape []. */
@SuppressWarnings("ArrayRecordComponent") // a test value: never a key, never compared by equals
public record FloatArray(long[] shape, float[] values) {
    public FloatArray {
        if (elements(shape) != values.length) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " does not hold " + values.length + " values");
        }
    }

    /** Product of a shape; 1 for a scalar. */
    static long elements(long[] shape) {
        long product = 1;
        for (long size : shape) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    @Override
    public String toString() {
        return "FloatArray" + Arrays.toString(shape);
    }
}
