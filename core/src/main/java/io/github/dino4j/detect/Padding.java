package io.github.dino4j.detect;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;

/**
 * Where the images of a batch end in a map that is as large as the largest of them: each fills its upper left corner.
 * Immutable.
 */
final class Padding {
    private final int height;
    private final int width;
    private final int[] rows;
    private final int[] columns;

    /**
     * @param height of the map
     * @param rows of each image, at most {@code height}
     * @param columns of each image, at most {@code width}
     */
    Padding(int height, int width, int[] rows, int[] columns) {
        this.height = height;
        this.width = width;
        this.rows = rows.clone();
        this.columns = columns.clone();
    }

    int images() {
        return rows.length;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    /** Rows that image b fills. */
    int rows(int b) {
        return rows[b];
    }

    /** Columns that image b fills. */
    int columns(int b) {
        return columns[b];
    }

    /** Whether all images fill the map. */
    boolean isEmpty() {
        for (int b = 0; b < rows.length; b++) {
            if (rows[b] < height || columns[b] < width) {
                return false;
            }
        }
        return true;
    }

    /** The same of a map of another size: a place belongs to an image if its nearest place here does. */
    Padding resized(int newHeight, int newWidth) {
        int[] newRows = new int[rows.length];
        int[] newColumns = new int[rows.length];
        for (int b = 0; b < rows.length; b++) {
            newRows[b] = resized(rows[b], height, newHeight);
            newColumns[b] = resized(columns[b], width, newWidth);
        }
        return new Padding(newHeight, newWidth, newRows, newColumns);
    }

    private static int resized(int open, int from, int to) {
        float scale = (float) from / to; // in float32, as the engine rounds it
        int count = 0;
        while (count < to && Math.min((int) Math.floor(count * scale), from - 1) < open) {
            count++;
        }
        return count;
    }

    /** True where there is no image: BOOL [B, height, width]. */
    Tensor mask() {
        float[] padded = new float[images() * height * width];
        for (int b = 0, i = 0; b < images(); b++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++, i++) {
                    padded[i] = y < rows[b] && x < columns[b] ? 0 : 1;
                }
            }
        }
        return Tensor.of(padded, images(), height, width).to(DType.BOOL);
    }

    /** (width, height, width, height) of each image in pixels [B, 1, 4], a place being {@code stride} pixels wide. */
    Tensor limits(int stride) {
        float[] limits = new float[4 * images()];
        for (int b = 0; b < images(); b++) {
            limits[4 * b] = limits[4 * b + 2] = (float) columns[b] * stride;
            limits[4 * b + 1] = limits[4 * b + 3] = (float) rows[b] * stride;
        }
        return Tensor.of(limits, images(), 1, 4);
    }
}
