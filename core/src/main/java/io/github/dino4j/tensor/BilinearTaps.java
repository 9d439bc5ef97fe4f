package io.github.dino4j.tensor;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * The pixels that bilinear samples of several maps read, and their weights: four for each place. What
 * {@link Tensor#weightedRows} then sums. Found in one pass over the places, without gradients, on the calling thread
 * alone: hand it a tile of queries, whose taps stay in the core's cache. As tensor arithmetic the same takes some thirty
 * passes.
 *
 * @param rows I32 [Q M, 4 L P]: rows of the matrix [S M, d] of all maps' pixels and heads
 * @param weights [Q M, 4 L P]; 0 for pixels outside of their map
 */
public record BilinearTaps(Tensor rows, Tensor weights) {
    /**
     * Finds them.
     *
     * @param places [Q, M, L, P, 2] as (x, y), 0 and 1 being a map's outer edges
     * @param weights [Q, M, L, P], by which a place's four weights are multiplied
     * @param heights of the L maps, whose pixels stand one map after the other
     * @param first row of the first map's first pixel and head
     */
    public static BilinearTaps of(Tensor places, Tensor weights, int[] heights, int[] widths, long first) {
        int queries = (int) places.size(0);
        int heads = (int) places.size(1);
        Maps maps = Maps.of(heights, widths, heads, (int) places.size(3));
        long bags = (long) queries * heads;
        long last = first + (long) maps.pixels * heads;
        if (last > Integer.MAX_VALUE || bags * maps.taps() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("deformable attention over " + last + " rows and " + bags + " x "
                    + maps.taps() + " taps has more than fit a 32-bit number; run fewer images at once");
        }
        Tensor rows = Tensor.empty(DType.I32, Device.CPU, bags, maps.taps());
        Tensor shares = Tensor.empty(DType.F32, Device.CPU, bags, maps.taps());
        FloatBuffer at = floats(places.contiguous());
        FloatBuffer by = floats(weights.contiguous());
        IntBuffer row = rows.handle().data_ptr_int().capacity(rows.elements()).asBuffer();
        FloatBuffer share = floats(shares);
        Native.call(
                "bilinear taps",
                () -> {
                    for (int bag = 0; bag < bags; bag++) {
                        maps.taps(bag, (int) first + bag % heads, at, by, row, share);
                    }
                    return rows;
                },
                places,
                weights);
        return new BilinearTaps(rows, shares);
    }

    private static FloatBuffer floats(Tensor tensor) {
        return tensor.handle().data_ptr_float().capacity(tensor.elements()).asBuffer();
    }

    /** The L maps: P places are sampled in each. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Maps(int[] heights, int[] widths, int[] starts, int pixels, int heads, int points) {
        static Maps of(int[] heights, int[] widths, int heads, int points) {
            int[] starts = new int[heights.length];
            int pixels = 0;
            for (int i = 0; i < heights.length; i++) {
                starts[i] = pixels;
                pixels += heights[i] * widths[i];
            }
            return new Maps(heights, widths, starts, pixels, heads, points);
        }

        int taps() {
            return 4 * heights.length * points;
        }

        /** The taps of one query and head, whose pixel 0 is row {@code first}. */
        void taps(int bag, int first, FloatBuffer at, FloatBuffer by, IntBuffer row, FloatBuffer share) {
            int place = bag * heights.length * points;
            for (int level = 0; level < heights.length; level++) {
                int height = heights[level];
                int width = widths[level];
                int start = first + starts[level] * heads;
                for (int point = 0; point < points; point++, place++) {
                    float x = at.get(2 * place) * width - 0.5f;
                    float y = at.get(2 * place + 1) * height - 0.5f;
                    float weight = by.get(place);
                    float left = (float) Math.floor(x);
                    float top = (float) Math.floor(y);
                    float right = x - left;
                    float bottom = y - top;
                    // Far outside the int conversion saturates: still outside, still weight 0.
                    int column = (int) left;
                    int line = (int) top;
                    float x0 = inside(column, width) * (1 - right);
                    float x1 = inside(column + 1, width) * right;
                    float y0 = inside(line, height) * (1 - bottom) * weight;
                    float y1 = inside(line + 1, height) * bottom * weight;
                    int c0 = clamp(column, width) * heads + start;
                    int c1 = clamp(column + 1, width) * heads + start;
                    int l0 = clamp(line, height) * width * heads;
                    int l1 = clamp(line + 1, height) * width * heads;
                    int tap = 4 * place;
                    row.put(tap, l0 + c0)
                            .put(tap + 1, l0 + c1)
                            .put(tap + 2, l1 + c0)
                            .put(tap + 3, l1 + c1);
                    share.put(tap, y0 * x0)
                            .put(tap + 1, y0 * x1)
                            .put(tap + 2, y1 * x0)
                            .put(tap + 3, y1 * x1);
                }
            }
        }

        private static float inside(int index, int length) {
            return index >= 0 && index < length ? 1 : 0;
        }

        private static int clamp(int index, int length) {
            return Math.max(0, Math.min(index, length - 1));
        }
    }
}
