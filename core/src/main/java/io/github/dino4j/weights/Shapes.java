package io.github.dino4j.weights;

import java.util.Arrays;

/** Arithmetic on shapes that cannot overflow silently. */
final class Shapes {
    private Shapes() {}

    /** Product of the sizes, 1 for a scalar; {@link ArithmeticException} beyond 2^63. */
    static long elements(long[] shape) {
        long product = 1;
        for (long size : shape) {
            if (size == 0) {
                return 0;
            }
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    /** Strides, in elements, of a row-major tensor. */
    static long[] rowMajor(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(shape[axis], 1);
        }
        return strides;
    }

    /** Whether walking the strides touches one run of elements in order; strides of axes of size 1 do not matter. */
    static boolean contiguous(long[] shape, long[] strides) {
        long expected = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            if (shape[axis] == 0) {
                return true;
            }
            if (shape[axis] != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= shape[axis];
        }
        return true;
    }

    /** Product of the sizes before {@code axis}. */
    static long outer(long[] shape, int axis) {
        return elements(Arrays.copyOf(shape, axis));
    }

    static long[] with(long[] shape, int axis, long size) {
        long[] changed = shape.clone();
        changed[axis] = size;
        return changed;
    }

    static void checkPart(long[] shape, int axis, long start, long length) {
        if (start < 0 || length < 0 || start > shape[axis] - length) {
            throw new IllegalArgumentException(
                    "no positions " + start + " to " + (start + length) + " on axis " + axis + " of " + text(shape));
        }
    }

    static String text(long[] shape) {
        return Arrays.toString(shape);
    }
}
