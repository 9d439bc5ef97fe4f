package io.github.dino4j.image;

import java.util.Arrays;
import java.util.Locale;

/**
 * Mean and standard deviation of each channel, R G B, in units of 0..1: {@code (v / 255 - mean) / std}, in float32. It
 * belongs to the weights, not to the user's taste.
 */
public final class Normalisation {
    /** DINOv1, DINOv2 and DINOv3 LVD-1689M. */
    public static final Normalisation IMAGENET =
            of(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});
    /** DINOv3 SAT-493M, the satellite models. */
    public static final Normalisation SAT493M =
            of(new float[] {0.430f, 0.411f, 0.296f}, new float[] {0.213f, 0.156f, 0.143f});

    private final float[] mean;
    private final float[] std;

    private Normalisation(float[] mean, float[] std) {
        this.mean = mean;
        this.std = std;
    }

    /**
     * Copies three means and three deviations.
     *
     * @throws IllegalArgumentException if there are not three of each, one is not finite, or a deviation is not positive
     */
    public static Normalisation of(float[] mean, float[] std) {
        if (mean.length != 3 || std.length != 3) {
            throw new IllegalArgumentException("normalisation needs 3 means and 3 deviations (R, G, B), found "
                    + mean.length + " and " + std.length);
        }
        for (int c = 0; c < 3; c++) {
            if (!Float.isFinite(mean[c]) || !Float.isFinite(std[c]) || std[c] <= 0) {
                throw new IllegalArgumentException("normalisation of channel " + c + " has mean " + mean[c]
                        + " and deviation " + std[c] + "; both must be finite, the deviation positive");
            }
        }
        return new Normalisation(mean.clone(), std.clone());
    }

    /** A copy of the three means. */
    public float[] mean() {
        return mean.clone();
    }

    /** A copy of the three deviations. */
    public float[] std() {
        return std.clone();
    }

    /** {@code (value - mean) / std} of one channel, value in 0..1. */
    float apply(float value, int channel) {
        return (value - mean[channel]) / std[channel];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalisation n && Arrays.equals(mean, n.mean) && Arrays.equals(std, n.std);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "mean %.3f %.3f %.3f, std %.3f %.3f %.3f",
                mean[0],
                mean[1],
                mean[2],
                std[0],
                std[1],
                std[2]);
    }
}
