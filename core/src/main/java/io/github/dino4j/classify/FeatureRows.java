package io.github.dino4j.classify;

/**
 * Features of many images, a row each, read in blocks, so that they need not all be in memory: an array, or a mapped file
 * behind it. Read by one thread at a time.
 */
public interface FeatureRows {
    /** Number of images. */
    int size();

    /** Values of a row. */
    int dim();

    /**
     * Copies rows.
     *
     * @param target [count, dim], from its beginning
     */
    void read(int first, int count, float[] target);

    /**
     * Rows in memory, which are not copied.
     *
     * @param rows [n][dim]
     * @throws IllegalArgumentException if there is none, or they differ in length
     */
    static FeatureRows of(float[]... rows) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("no features are given; at least one image is needed");
        }
        int dim = rows[0].length;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != dim) {
                throw new IllegalArgumentException("features of one model have one width: row " + i + " has "
                        + rows[i].length + " values, row 0 has " + dim);
            }
        }
        return new FeatureRows() {
            @Override
            public int size() {
                return rows.length;
            }

            @Override
            public int dim() {
                return dim;
            }

            @Override
            public void read(int first, int count, float[] target) {
                for (int i = 0; i < count; i++) {
                    System.arraycopy(rows[first + i], 0, target, i * dim, dim);
                }
            }
        };
    }

    /** Row {@code index} by itself. */
    default float[] row(int index) {
        float[] row = new float[dim()];
        read(index, 1, row);
        return row;
    }

    /**
     * The same rows, each read as a block is read.
     *
     * @throws IllegalArgumentException naming the first row with a value that is NaN or infinite
     */
    static void requireFinite(float[] block, int dim, int first, String what) {
        for (int i = 0; i < block.length; i++) {
            if (!Float.isFinite(block[i])) {
                throw new IllegalArgumentException("value " + i % dim + " of " + what + " feature " + (first + i / dim)
                        + " is " + block[i] + "; features with NaN or infinity classify nothing. Compute them again in"
                        + " another precision, or leave the image out.");
            }
        }
    }
}
