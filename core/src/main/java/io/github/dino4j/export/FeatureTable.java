package io.github.dino4j.export;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.List;

/**
 * Features on the disk, ready to be written in a format: float32 values one row behind the other, and what each row is.
 *
 * @param values file of the rows' values, little endian, without a gap
 * @param rows in the order of the images; images that could not be read are left out
 */
record FeatureTable(FeatureSource source, Path values, List<Row> rows) {
    FeatureTable {
        rows = List.copyOf(rows);
    }

    /**
     * One image.
     *
     * @param image path as it was given
     * @param height rows of the patch grid
     * @param width columns of the patch grid
     * @param offset of its values in the file, in bytes
     */
    record Row(String image, int height, int width, long offset) {}

    boolean dense() {
        return source.kind() == FeatureKind.DENSE;
    }

    /** [dim], or [rows, columns, dim] where dense. */
    long[] shape(Row row) {
        return dense() ? new long[] {row.height(), row.width(), source.dim()} : new long[] {source.dim()};
    }

    /** The values of one image where they lie. */
    StoredTensor tensor(Row row) {
        return region(row.offset(), shape(row));
    }

    /** A region of the values as a tensor. */
    StoredTensor region(long offset, long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return new StoredTensor.InFile(values, offset, DType.F32, shape, strides);
    }

    /**
     * All rows have the grid of the first, or an error that names two that differ.
     *
     * @param format for the message
     */
    void requireOneGrid(String format) {
        for (Row row : rows) {
            Row first = rows.get(0);
            if (row.height() != first.height() || row.width() != first.width()) {
                throw new IllegalArgumentException("dense features of different grids do not fit one " + format
                        + " array: '" + first.image() + "' has " + first.height() + " x " + first.width()
                        + " patches, '" + row.image() + "' has " + row.height() + " x " + row.width()
                        + ". Write .safetensors (one tensor an image), or take a sizing that gives one size (--sizing"
                        + " resize).");
            }
        }
    }
}
