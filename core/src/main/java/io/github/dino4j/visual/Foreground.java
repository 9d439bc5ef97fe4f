package io.github.dino4j.visual;

import io.github.dino4j.predict.Features;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Foreground by the first principal component of all patches (DINOv2, arXiv:2304.07193, "PCA of patch features"). */
final class Foreground {
    private static final int BINS = 256;

    private final Pca first;
    private final boolean median;
    private final double threshold;
    private final boolean above;

    private Foreground(Pca first, boolean median, double threshold, boolean above) {
        this.first = first;
        this.median = median;
        this.threshold = threshold;
        this.above = above;
    }

    static Foreground fit(List<Features> images, PcaOptions options) {
        List<boolean[]> shown = images.stream().map(Foreground::shown).toList();
        Pca first = Pca.fit(images, shown, 1);
        List<float[]> scores =
                images.stream().map(f -> scores(first, f, options.median())).toList();
        double threshold = options.threshold() instanceof PcaOptions.Threshold.At at ? at.value() : otsu(scores, shown);
        boolean above = options.side() == PcaOptions.Side.CORNERS
                ? !backgroundIsAbove(images, scores, shown, threshold)
                : options.side() == PcaOptions.Side.ABOVE;
        return new Foreground(first, options.median(), threshold, above);
    }

    /** Foreground patches [h * w]; padding is never one. */
    boolean[] of(Features image) {
        float[] scores = scores(first, image, median);
        boolean[] mask = shown(image);
        for (int i = 0; i < mask.length; i++) {
            mask[i] &= scores[i] > threshold == above;
        }
        return mask;
    }

    /** Patches [h * w] that show the photo. */
    static boolean[] shown(Features image) {
        PatchGrid grid = PatchGrid.of(image);
        boolean[] shown = new boolean[grid.size()];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = grid.showsPhoto(i / grid.width(), i % grid.width());
        }
        return shown;
    }

    private static float[] scores(Pca first, Features image, boolean median) {
        float[] scores = first.projectWhitened(image);
        return median ? median(scores, image.height(), image.width()) : scores;
    }

    private static float[] median(float[] values, int height, int width) {
        float[] filtered = new float[values.length];
        float[] window = new float[9];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int k = 0; k < 9; k++) {
                    int row = Math.max(0, Math.min(height - 1, y + k / 3 - 1));
                    int column = Math.max(0, Math.min(width - 1, x + k % 3 - 1));
                    window[k] = values[row * width + column];
                }
                Arrays.sort(window);
                filtered[y * width + x] = window[4];
            }
        }
        return filtered;
    }

    private static double otsu(List<float[]> scores, List<boolean[]> shown) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.size(); i++) {
            for (int p = 0; p < scores.get(i).length; p++) {
                if (shown.get(i)[p]) {
                    low = Math.min(low, scores.get(i)[p]);
                    high = Math.max(high, scores.get(i)[p]);
                }
            }
        }
        double width = (high - low) / BINS;
        if (!(width > 0)) {
            return low;
        }
        long[] counts = new long[BINS];
        for (int i = 0; i < scores.size(); i++) {
            for (int p = 0; p < scores.get(i).length; p++) {
                if (shown.get(i)[p]) {
                    counts[Math.min(BINS - 1, (int) ((scores.get(i)[p] - low) / width))]++;
                }
            }
        }
        return low + width * (1 + bestSplit(counts));
    }

    /** The bin after which the variance between the two sides is greatest; the middle one of equals. */
    private static double bestSplit(long[] counts) {
        double all = Arrays.stream(counts).sum();
        double moment = IntStream.range(0, BINS)
                .mapToDouble(b -> (double) b * counts[b])
                .sum();
        double below = 0;
        double belowMoment = 0;
        double best = -1;
        int from = 0;
        int to = 0;
        for (int b = 0; b < BINS - 1; b++) {
            below += counts[b];
            belowMoment += (double) b * counts[b];
            if (below == 0 || below == all) {
                continue;
            }
            double gap = belowMoment / below - (moment - belowMoment) / (all - below);
            double between = below * (all - below) * gap * gap;
            if (between > best) {
                best = between;
                from = b;
            }
            if (between >= best) {
                to = b;
            }
        }
        return (from + to) / 2.0;
    }

    private static boolean backgroundIsAbove(
            List<Features> images, List<float[]> scores, List<boolean[]> shown, double threshold) {
        int votes = 0;
        int majority = 0;
        for (int i = 0; i < images.size(); i++) {
            for (int corner : corners(shown.get(i), images.get(i).width())) {
                votes += scores.get(i)[corner] > threshold ? 1 : -1;
            }
            for (int p = 0; p < scores.get(i).length; p++) {
                if (shown.get(i)[p]) {
                    majority += scores.get(i)[p] > threshold ? 1 : -1;
                }
            }
        }
        return votes != 0 ? votes > 0 : majority > 0;
    }

    /** The corners of the part that shows the photo, a rectangle. */
    private static int[] corners(boolean[] shown, int width) {
        int[] patches = IntStream.range(0, shown.length).filter(p -> shown[p]).toArray();
        int top = patches[0];
        int bottom = patches[patches.length - 1];
        int left = top % width;
        int right = bottom % width;
        return new int[] {top, top - left + right, bottom - right + left, bottom};
    }
}
