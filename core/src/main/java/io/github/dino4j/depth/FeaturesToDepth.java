package io.github.dino4j.depth;

import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;

/**
 * From a decoder's channels to metres. One channel is the depth itself: relu(x) + min. Several are the weights of as many
 * depths ("bins", AdaBins, arXiv:2011.14141), whose mean is the result.
 *
 * @param range in which the bins lie
 * @param spacing how the bins are spread over the range
 * @param weighting how channels become weights
 */
public record FeaturesToDepth(DepthRange range, Spacing spacing, Weighting weighting) {

    /** How n bins are spread from min to max. */
    public enum Spacing {
        /** At equal distances ("UD" in DINOv2's code). */
        LINEAR,
        /** At equal ratios ("SID"). */
        LOG,
        /**
         * Ratios at the near end that turn into distances at the far one, up to max / 8: low trees are many, high ones
         * few (canopy height of DINOv3, CHMv2). Its own weighting multiplies by 8 again.
         */
        MIX_LOG
    }

    /** How the n channels of a pixel become weights that add up to 1. */
    public enum Weighting {
        /** relu(x) + 0.1, divided by the sum: where no channel is positive, all bins count alike. */
        LINEAR,
        /** exp(x), divided by the sum. */
        SOFTMAX,
        /** 1 / (1 + exp(-x)), divided by the sum. */
        SIGMOID,
        /** relu(x), divided by the sum, and the mean times 8: of {@link Spacing#MIX_LOG}. */
        MIX_LOG
    }

    /** By which mixed bins are too small. */
    private static final double MIX_SCALE = 8;

    /** Least depth and least sum of the mixed weighting. */
    private static final double TINY = 1e-12;

    public FeaturesToDepth {
        if (spacing != Spacing.LINEAR && range.min() == 0) {
            throw new IllegalArgumentException("bins at equal ratios cannot begin at 0 m; take a min such as 0.001");
        }
        if (spacing == Spacing.MIX_LOG && range.min() * MIX_SCALE >= range.max()) {
            throw new IllegalArgumentException(
                    "mixed bins go up to an eighth of max, which for " + range + " is not above min; raise max");
        }
    }

    /** The usual reading: bins at equal distances, weights by relu + 0.1. */
    public static FeaturesToDepth linear(double min, double max) {
        return new FeaturesToDepth(new DepthRange(min, max), Spacing.LINEAR, Weighting.LINEAR);
    }

    /** The same over another range. */
    public FeaturesToDepth withRange(DepthRange other) {
        return new FeaturesToDepth(other, spacing, weighting);
    }

    /** Depth [B, 1, h, w] in metres of x [B, n, h, w]. */
    public Tensor forward(Tensor x) {
        int n = Math.toIntExact(x.size(1));
        if (n == 1) {
            return x.relu().add(range.min());
        }
        double[] bins = bins(n);
        return switch (weighting) {
            case LINEAR -> mean(x.relu(), 0.1, bins);
            case SOFTMAX -> mean(x.softmax(1), 0, bins);
            case SIGMOID -> mean(x.sigmoid(), 0, bins);
            // The paper's shift, clamp(-min_k relu(x), 0, 1e-4) + 1e-8, is 1e-8 everywhere, since relu(x) >= 0.
            case MIX_LOG ->
                mean(
                                x.relu(),
                                1e-8,
                                Arrays.stream(bins).map(b -> Math.max(b, TINY)).toArray())
                        .clampMin(TINY)
                        .mul(MIX_SCALE);
        };
    }

    /**
     * The n depths that the channels stand for, in metres; those of {@link Spacing#MIX_LOG} before they are multiplied.
     *
     * @throws IllegalArgumentException if n is below 2: one channel is the depth itself
     */
    public double[] bins(int n) {
        if (n < 2) {
            throw new IllegalArgumentException(
                    "bins are spread from min to max, which takes 2 or more, found " + n + "; one channel has none");
        }
        double min = range.min();
        double max = spacing == Spacing.MIX_LOG ? range.max() / MIX_SCALE : range.max();
        double[] bins = new double[n];
        for (int k = 0; k < n; k++) {
            double share = (double) k / (n - 1);
            double equal = min + share * (max - min);
            double ratio = min * Math.pow(max / min, share);
            bins[k] = switch (spacing) {
                case LINEAR -> equal;
                case LOG -> ratio;
                case MIX_LOG -> (1 - share) * ratio + share * equal;
            };
        }
        return bins;
    }

    /**
     * sum_k (y_k + shift) bin_k / sum_k (y_k + shift). Both sums are one 1x1 convolution, so that the n weights of a pixel
     * are never written down.
     */
    private static Tensor mean(Tensor y, double shift, double[] bins) {
        int n = bins.length;
        float[] rows = new float[2 * n];
        double total = 0;
        for (int k = 0; k < n; k++) {
            rows[k] = (float) bins[k];
            rows[n + k] = 1;
            total += bins[k];
        }
        Tensor sums = y.conv2d(Tensor.of(rows, 2, n, 1, 1), null, 1, 0, 1); // [B, 2, h, w]
        Tensor weighted = sums.narrow(1, 0, 1).add(shift * total);
        return weighted.div(sums.narrow(1, 1, 1).add(shift * n).clampMin(TINY));
    }
}
