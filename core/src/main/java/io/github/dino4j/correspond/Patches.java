package io.github.dino4j.correspond;

import io.github.dino4j.predict.Features;
import io.github.dino4j.tensor.Tensor;

/** The patch tokens of an image, each of length 1, so that a dot product is a cosine. */
final class Patches {
    /** Below this length a token stays what it is, nearly 0 (F.normalize). */
    private static final double LEAST_LENGTH = 1e-12;

    private final int height;
    private final int width;
    private final int dim;
    private final float[] unit;

    private Patches(int height, int width, int dim, float[] unit) {
        this.height = height;
        this.width = width;
        this.dim = dim;
        this.unit = unit;
    }

    /** Scales the tokens [height * width * dim] to length 1, in place. */
    static Patches of(int height, int width, int dim, float[] tokens) {
        if (tokens.length != height * width * dim) {
            throw new IllegalArgumentException(
                    tokens.length + " values do not make " + height + " x " + width + " patches of " + dim);
        }
        for (int start = 0; start < tokens.length; start += dim) {
            double square = 0;
            for (int c = start; c < start + dim; c++) {
                square += (double) tokens[c] * tokens[c];
            }
            double length = Math.max(Math.sqrt(square), LEAST_LENGTH);
            if (!Double.isFinite(length)) {
                throw new IllegalArgumentException("patch (" + start / dim / width + ", " + start / dim % width
                        + ") has a token that is not finite; the model overflows or was loaded incompletely");
            }
            for (int c = start; c < start + dim; c++) {
                tokens[c] = (float) (tokens[c] / length);
            }
        }
        return new Patches(height, width, dim, tokens);
    }

    static Patches of(Features features) {
        return of(features.height(), features.width(), features.dim(), features.patches());
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    int dim() {
        return dim;
    }

    /** Values [height * width, dim], row by row. */
    Tensor tensor() {
        return Tensor.of(unit, size(), dim);
    }

    int size() {
        return height * width;
    }
}
