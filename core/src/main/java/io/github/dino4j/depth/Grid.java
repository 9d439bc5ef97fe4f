package io.github.dino4j.depth;

/** Arithmetic on numbers that lie row by row on a grid of pixels. */
final class Grid {
    private Grid() {}

    static void require(int width, int height, int values) {
        if (width <= 0 || height <= 0) {
            throw new IllegalArgumentException("a map needs at least 1 x 1 pixel, found " + width + " x " + height);
        }
        if ((long) width * height != values) {
            throw new IllegalArgumentException("a map of " + width + " x " + height + " pixels has "
                    + (long) width * height + " values, found " + values);
        }
    }

    static int index(int x, int y, int width, int height) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("pixel (" + x + ", " + y + ") of a map " + width + " x " + height);
        }
        return y * width + x;
    }

    /** Linear between the neighbours in an ascending array. */
    static double quantile(float[] sorted, double q) {
        double place = q * (sorted.length - 1);
        int low = (int) place;
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (place - low) * ((double) sorted[high] - sorted[low]);
    }

    /** Bilinear, align_corners False: centres of pixels lie at half numbers, the border repeats. */
    static float[] resize(float[] from, int fromWidth, int fromHeight, int width, int height) {
        if (width <= 0 || height <= 0) {
            throw new IllegalArgumentException("a map needs at least 1 x 1 pixel, not " + width + " x " + height);
        }
        int[] left = new int[width];
        double[] share = new double[width];
        for (int x = 0; x < width; x++) {
            double place = place(x, fromWidth, width);
            left[x] = (int) place;
            share[x] = place - left[x];
        }
        float[] to = new float[Math.multiplyExact(width, height)];
        for (int y = 0, i = 0; y < height; y++) {
            double place = place(y, fromHeight, height);
            int upper = fromWidth * (int) place;
            int lower = fromWidth * Math.min((int) place + 1, fromHeight - 1);
            double down = place - (int) place;
            for (int x = 0; x < width; x++, i++) {
                int right = Math.min(left[x] + 1, fromWidth - 1);
                double above = mix(from[upper + left[x]], from[upper + right], share[x]);
                double below = mix(from[lower + left[x]], from[lower + right], share[x]);
                to[i] = (float) mix(above, below, down);
            }
        }
        return to;
    }

    private static double place(int to, int fromSize, int toSize) {
        return Math.max(0, (to + 0.5) * fromSize / toSize - 0.5);
    }

    private static double mix(double a, double b, double share) {
        return a + (b - a) * share;
    }
}
