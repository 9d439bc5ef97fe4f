package io.github.dino4j.correspond;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/** Between masks of pixels and soft labels [M][h * w] of a grid of patches. */
final class SoftMasks {
    private SoftMasks() {}

    /** The pixel of {@code pixels} under the middle of cell {@code index} of {@code cells}. */
    static int middle(int index, int cells, int pixels) {
        return (int) ((index + 0.5) * pixels / cells);
    }

    /** The object at the middle of each patch, as one-hot labels. */
    static float[][] oneHot(short[] labels, int width, int height, int objects, int gridHeight, int gridWidth) {
        float[][] soft = new float[objects][gridHeight * gridWidth];
        for (int r = 0; r < gridHeight; r++) {
            int y = middle(r, gridHeight, height);
            for (int c = 0; c < gridWidth; c++) {
                int x = middle(c, gridWidth, width);
                soft[labels[y * width + x]][r * gridWidth + c] = 1;
            }
        }
        return soft;
    }

    /** Each object's values from its least, 0, to its greatest, 1; all 0 where they are one value. In place. */
    static void stretch(float[][] soft) {
        for (float[] values : soft) {
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (float value : values) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
            float range = high - low;
            for (int i = 0; i < values.length; i++) {
                values[i] = range > 0 ? (values[i] - low) / range : 0;
            }
        }
    }

    /** Values [M][H * W] by the nearest patch: index floor(pixel * h / H), as torch's "nearest". */
    static float[][] nearest(float[][] soft, int gridHeight, int gridWidth, int height, int width) {
        float[][] values = new float[soft.length][height * width];
        for (int m = 0; m < soft.length; m++) {
            for (int y = 0, i = 0; y < height; y++) {
                int row = Math.toIntExact((long) y * gridHeight / height) * gridWidth;
                for (int x = 0; x < width; x++, i++) {
                    values[m][i] = soft[m][row + (int) ((long) x * gridWidth / width)];
                }
            }
        }
        return values;
    }

    /** Values [M][H * W], bilinear, centres of pixels matched. */
    static float[][] bilinear(float[][] soft, int gridHeight, int gridWidth, int height, int width) {
        float[][] values = new float[soft.length][];
        try (Scope scope = Scope.inference()) {
            for (int m = 0; m < soft.length; m++) {
                values[m] = Tensor.of(soft[m], 1, 1, gridHeight, gridWidth)
                        .bilinear(height, width, false)
                        .toFloats();
            }
        }
        return values;
    }

    /** The object with the largest value at each place; of equal ones the first. */
    static short[] winners(float[][] values) {
        short[] winners = new short[values[0].length];
        for (int i = 0; i < winners.length; i++) {
            for (int m = 1; m < values.length; m++) {
                if (values[m][i] > values[winners[i]][i]) {
                    winners[i] = (short) m;
                }
            }
        }
        return winners;
    }
}
