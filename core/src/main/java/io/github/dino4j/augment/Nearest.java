package io.github.dino4j.augment;

import io.github.dino4j.image.DepthFrame;

/**
 * Which old pixel each new one shows, for what must not be mixed. The index is found once for labels and depth.
 *
 * @param source [height * width] of the new size: index of the old pixel, or -1 where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Nearest(int height, int width, int[] source) {
    /** Where there is nothing to be moved. */
    static final Nearest NONE = new Nearest(0, 0, new int[0]);

    /** The pixel under the centre of the new one: {@code floor((o + 0.5) * in / out)}. */
    static Nearest resizing(int fromHeight, int fromWidth, int height, int width) {
        int[] rows = line(fromHeight, height);
        int[] columns = line(fromWidth, width);
        int[] source = new int[height * width];
        for (int y = 0, o = 0; y < height; y++) {
            int row = rows[y] * fromWidth;
            for (int x = 0; x < width; x++) {
                source[o++] = row + columns[x];
            }
        }
        return new Nearest(height, width, source);
    }

    private static int[] line(int in, int out) {
        int[] index = new int[out];
        for (int o = 0; o < out; o++) {
            index[o] = (int) ((2L * o + 1) * in / (2L * out)); // whole numbers: no rounding at edges
        }
        return index;
    }

    static Nearest mirroring(int height, int width) {
        int[] source = new int[height * width];
        for (int y = 0, o = 0; y < height; y++) {
            for (int x = width - 1; x >= 0; x--) {
                source[o++] = y * width + x;
            }
        }
        return new Nearest(height, width, source);
    }

    int[] labels(int[] from, int outside) {
        int[] to = new int[source.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = source[i] < 0 ? outside : from[source[i]];
        }
        return to;
    }

    DepthFrame depth(DepthFrame from) {
        float[] metres = from.metres();
        float[] to = new float[source.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = source[i] < 0 ? 0 : metres[source[i]];
        }
        return DepthFrame.of(width, height, to);
    }
}
