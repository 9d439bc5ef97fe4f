package io.github.dino4j.depth;

import java.util.Arrays;

/**
 * How a prediction is compared with measured depth. In this order: measurements that do not lie
 * between {@code minDepth} and {@code maxDepth} (neither end counts) or lie outside of the crop are left out; the prediction is resized to the truth
 * (bilinear, align_corners False); it is aligned over the pixels that are left; it is clamped to
 * {@code minDepth}..{@code maxDepth}; {@link DepthMetrics} are taken.
 *
 * @param minDepth metres, above 0
 * @param maxDepth metres
 */
public record DepthProtocol(double minDepth, double maxDepth, Crop crop, Alignment alignment) {
    /** NYU Depth v2: 0.001 to 10 m, Eigen's crop. */
    public static final DepthProtocol NYU = new DepthProtocol(0.001, 10, Crop.NYU_EIGEN, Alignment.NONE);

    /** KITTI, Eigen's split: 0.001 to 80 m, Garg's crop. */
    public static final DepthProtocol KITTI = new DepthProtocol(0.001, 80, Crop.KITTI_GARG, Alignment.NONE);

    /** The part of the image that counts, in shares of its size; rows and columns are cut to whole numbers. */
    public enum Crop {
        /** All of it. */
        FULL(0, 1, 1, 0, 1, 1),
        /** Rows 45 to 470, columns 41 to 600 of 480 x 640: without the white frame of NYU (Eigen et al., arXiv:1406.2283). */
        NYU_EIGEN(45, 471, 480, 41, 601, 640),
        /** Garg et al. (arXiv:1603.04992): where KITTI's laser reaches. */
        KITTI_GARG(0.40810811, 0.99189189, 1, 0.03594771, 0.96405229, 1),
        /** Eigen et al. (arXiv:1406.2283) on KITTI. */
        KITTI_EIGEN(0.3324324, 0.91351351, 1, 0.0359477, 0.96405229, 1);

        private final double top;
        private final double bottom;
        private final double ofHeight;
        private final double left;
        private final double right;
        private final double ofWidth;

        Crop(double top, double bottom, double ofHeight, double left, double right, double ofWidth) {
            this.top = top;
            this.bottom = bottom;
            this.ofHeight = ofHeight;
            this.left = left;
            this.right = right;
            this.ofWidth = ofWidth;
        }

        /** First row that counts. */
        public int top(int height) {
            return (int) (top * height / ofHeight);
        }

        /** First row below that does not. */
        public int bottom(int height) {
            return (int) (bottom * height / ofHeight);
        }

        /** First column that counts. */
        public int left(int width) {
            return (int) (left * width / ofWidth);
        }

        /** First column to the right that does not. */
        public int right(int width) {
            return (int) (right * width / ofWidth);
        }

        /** True where a pixel counts [height * width]. */
        public boolean[] mask(int width, int height) {
            boolean[] mask = new boolean[Math.multiplyExact(width, height)];
            for (int y = top(height); y < bottom(height); y++) {
                Arrays.fill(mask, y * width + left(width), y * width + right(width), true);
            }
            return mask;
        }
    }

    /** What is forgiven to a prediction before it is compared. */
    public enum Alignment {
        /** Nothing: metres are compared with metres. */
        NONE,
        /** A factor and an offset, by least squares (MiDaS, arXiv:1907.01341). */
        SCALE_AND_SHIFT,
        /** A factor that makes the medians equal (SfMLearner, arXiv:1704.07813). */
        MEDIAN_SCALE
    }

    public DepthProtocol {
        if (!(minDepth > 0 && minDepth < maxDepth) || Double.isInfinite(maxDepth)) {
            throw new IllegalArgumentException("depth is compared between two depths above 0 m, found " + minDepth
                    + " to " + maxDepth + "; a usual range is 0.001 to 10");
        }
    }

    public DepthProtocol with(Crop crop) {
        return new DepthProtocol(minDepth, maxDepth, crop, alignment);
    }

    public DepthProtocol with(Alignment alignment) {
        return new DepthProtocol(minDepth, maxDepth, crop, alignment);
    }

    /**
     * The metrics of one image.
     *
     * @throws IllegalArgumentException if medians are to be made equal and the prediction's is not above 0
     */
    public DepthMetrics evaluate(DepthMap prediction, DepthImage truth) {
        boolean[] counts = counted(truth);
        float[] resized = prediction.resize(truth.width(), truth.height()).metres();
        float[] gauge = truth.values();
        Aligned aligned = Aligned.of(alignment, resized, gauge, counts);
        for (int i = 0; i < resized.length; i++) {
            double value = aligned.scale() * resized[i] + aligned.shift();
            resized[i] = (float) Math.max(minDepth, Math.min(maxDepth, value));
        }
        return DepthMetrics.of(resized, gauge, counts);
    }

    /** The pixels [height * width] of the truth that are compared. */
    public boolean[] counted(DepthImage truth) {
        boolean[] mask = crop.mask(truth.width(), truth.height());
        float[] metres = truth.values();
        float least = (float) minDepth; // the truth is float32, and so are its limits
        float greatest = (float) maxDepth;
        for (int i = 0; i < mask.length; i++) {
            mask[i] &= metres[i] > least && metres[i] < greatest;
        }
        return mask;
    }

    /** scale * prediction + shift. */
    private record Aligned(double scale, double shift) {
        private static final Aligned AS_IS = new Aligned(1, 0);

        static Aligned of(Alignment alignment, float[] prediction, float[] truth, boolean[] counts) {
            return switch (alignment) {
                case NONE -> AS_IS;
                case SCALE_AND_SHIFT -> leastSquares(prediction, truth, counts);
                case MEDIAN_SCALE -> medians(prediction, truth, counts);
            };
        }

        /** Through the means, so that large depths do not cancel. A flat prediction becomes the truth's mean. */
        private static Aligned leastSquares(float[] prediction, float[] truth, boolean[] counts) {
            float[] p = picked(prediction, counts);
            float[] g = picked(truth, counts);
            if (p.length == 0) {
                return AS_IS;
            }
            double meanP = mean(p);
            double meanG = mean(g);
            double covariance = 0;
            double variance = 0;
            for (int i = 0; i < p.length; i++) {
                covariance += (p[i] - meanP) * (g[i] - meanG);
                variance += (p[i] - meanP) * (p[i] - meanP);
            }
            double scale = variance > 0 ? covariance / variance : 0;
            return new Aligned(scale, meanG - scale * meanP);
        }

        private static Aligned medians(float[] prediction, float[] truth, boolean[] counts) {
            float[] p = picked(prediction, counts);
            float[] g = picked(truth, counts);
            if (p.length == 0) {
                return AS_IS;
            }
            Arrays.sort(p);
            Arrays.sort(g);
            double median = Grid.quantile(p, 0.5);
            if (!(median > 0)) {
                throw new IllegalArgumentException("the prediction's median is " + median
                        + " m; no factor makes it the truth's: align by SCALE_AND_SHIFT, or not at all");
            }
            return new Aligned(Grid.quantile(g, 0.5) / median, 0);
        }

        private static float[] picked(float[] values, boolean[] counts) {
            float[] picked = new float[values.length];
            int n = 0;
            for (int i = 0; i < values.length; i++) {
                if (counts[i]) {
                    picked[n++] = values[i];
                }
            }
            return Arrays.copyOf(picked, n);
        }

        private static double mean(float[] values) {
            double sum = 0;
            for (float value : values) {
                sum += value;
            }
            return sum / values.length;
        }
    }
}
