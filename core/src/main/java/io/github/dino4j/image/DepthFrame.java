package io.github.dino4j.image;

import java.util.Arrays;

/**
 * What a depth camera saw of a picture: metres from the camera plane, row by row from the top, registered to the picture
 * so that both show one point at one place. 0 where nothing was measured: holes of a sensor are no depth, and nothing
 * here ever mixes them into one.
 *
 * <p>Immutable by contract and safe to share between threads.
 */
public final class DepthFrame {
    private final int width;
    private final int height;
    private final float[] metres;

    private DepthFrame(int width, int height, float[] metres) {
        this.width = width;
        this.height = height;
        this.metres = metres;
    }

    /**
     * Copies depths. NaN and infinity, which many drivers write where they saw nothing or nothing in range, become 0.
     *
     * @param metres {@code width * height} values; 0, NaN or infinity: not measured
     * @throws IllegalArgumentException if a side is not positive, the array has another length, or a depth is negative
     */
    public static DepthFrame of(int width, int height, float[] metres) {
        if (width <= 0 || height <= 0) {
            throw new IllegalArgumentException(
                    "a depth frame needs at least 1 x 1 pixel, found " + width + " x " + height);
        }
        if (metres.length != (long) width * height) {
            throw new IllegalArgumentException("a depth frame of " + width + " x " + height + " pixels has "
                    + (long) width * height + " depths, found " + metres.length);
        }
        float[] known = new float[metres.length];
        for (int i = 0; i < known.length; i++) {
            float depth = metres[i];
            if (depth < 0) {
                throw new IllegalArgumentException("depth at (" + i % width + ", " + i / width + ") is " + depth
                        + " m; depths count away from the camera, so none is negative. Turn the axis round, and write 0"
                        + " where nothing was measured");
            }
            known[i] = Float.isFinite(depth) ? depth : 0;
        }
        return new DepthFrame(width, height, known);
    }

    /** A frame in which nothing was measured: for pictures without depth in front of a model that reads it. */
    public static DepthFrame none(int width, int height) {
        return of(width, height, new float[Math.multiplyExact(width, height)]);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** A copy of the depths in metres, 0 where nothing was measured. */
    public float[] metres() {
        return metres.clone();
    }

    /** Metres at column x, row y; 0: not measured. */
    public float at(int x, int y) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("pixel (" + x + ", " + y + ") of a frame " + width + " x " + height);
        }
        return metres[y * width + x];
    }

    /** Share of pixels with a measurement, 0 to 1. */
    public double measured() {
        int known = 0;
        for (float depth : metres) {
            known += depth > 0 ? 1 : 0;
        }
        return (double) known / metres.length;
    }

    /**
     * Cuts out a rectangle that lies inside the frame, as {@link RgbImage#crop} does of the picture.
     *
     * @throws IllegalArgumentException if it does not
     */
    public DepthFrame crop(int x, int y, int width, int height) {
        if (x < 0 || y < 0 || width <= 0 || height <= 0 || width > this.width - x || height > this.height - y) {
            throw new IllegalArgumentException("crop of " + width + " x " + height + " at (" + x + ", " + y
                    + ") leaves the depth frame of " + this.width + " x " + this.height);
        }
        float[] part = new float[width * height];
        for (int row = 0; row < height; row++) {
            System.arraycopy(metres, (y + row) * this.width + x, part, row * width, width);
        }
        return new DepthFrame(width, height, part);
    }

    /**
     * Resizes by the mean over the area that each new pixel covers, of measured pixels alone; where less than half of the
     * area is measured, the result is not either, so that holes keep their size. The centres lie where those of the
     * picture's resampling lie.
     */
    DepthFrame resized(int height, int width) {
        if (height == this.height && width == this.width) {
            return this;
        }
        Cover[] rows = Cover.of(this.height, height);
        Cover[] columns = Cover.of(this.width, width);
        float[] to = new float[Math.multiplyExact(height, width)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                to[y * width + x] = mean(rows[y], columns[x]);
            }
        }
        return new DepthFrame(width, height, to);
    }

    private float mean(Cover rows, Cover columns) {
        double sum = 0;
        double measured = 0;
        double area = 0;
        for (int i = 0; i < rows.weights.length; i++) {
            int line = (rows.first + i) * width + columns.first;
            for (int j = 0; j < columns.weights.length; j++) {
                double weight = rows.weights[i] * columns.weights[j];
                float depth = metres[line + j];
                area += weight;
                if (depth > 0) {
                    measured += weight;
                    sum += weight * depth;
                }
            }
        }
        return measured > 0 && 2 * measured >= area ? (float) (sum / measured) : 0;
    }

    /** The pixels of one axis under a new pixel, and how much of each lies under it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Cover(int first, double[] weights) {
        static Cover[] of(int in, int out) {
            double scale = (double) in / out;
            Cover[] covers = new Cover[out];
            for (int o = 0; o < out; o++) {
                double low = o * scale;
                double high = Math.min((o + 1) * scale, in);
                int first = (int) low;
                int end = Math.max(first + 1, (int) Math.ceil(high));
                double[] weights = new double[end - first];
                for (int i = first; i < end; i++) {
                    weights[i - first] = Math.min(i + 1, high) - Math.max(i, low);
                }
                covers[o] = new Cover(first, weights);
            }
            return covers;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DepthFrame d && d.width == width && Arrays.equals(d.metres, metres);
    }

    @Override
    public int hashCode() {
        return 31 * width + Arrays.hashCode(metres);
    }

    @Override
    public String toString() {
        return "DepthFrame[" + width + " x " + height + "]";
    }
}
