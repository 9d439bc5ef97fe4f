package io.github.dino4j.bench;

import io.github.dino4j.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Images with the statistics of photos where there are none at hand: noise of equal variance in every octave (amplitude
 * 1/f), much of it shared by the three channels. The same seed gives the same images everywhere.
 */
public final class NoiseImages {
    /** Share of the shared noise against that of each channel alone. */
    private static final double GREY = 0.85;

    private NoiseImages() {}

    /** Square images of {@code side} pixels. */
    public static List<RgbImage> of(int count, int side, long seed) {
        List<RgbImage> images = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            images.add(image(side, random.split()));
        }
        return images;
    }

    private static RgbImage image(int side, SplittableRandom random) {
        double[] grey = octaves(side, random);
        double contrast = 35 + 45 * random.nextDouble();
        byte[] rgb = new byte[3 * side * side];
        for (int channel = 0; channel < 3; channel++) {
            double[] own = octaves(side, random);
            double mean = 90 + 75 * random.nextDouble();
            for (int i = 0; i < grey.length; i++) {
                double value = mean + contrast * (GREY * grey[i] + (1 - GREY) * own[i]);
                rgb[3 * i + channel] = (byte) Math.max(0, Math.min(255, Math.round(value)));
            }
        }
        return RgbImage.of(side, side, rgb);
    }

    /** A sum of smooth random grids, 2, 4, 8 ... cells a side, scaled to a deviation of 1. */
    private static double[] octaves(int side, SplittableRandom random) {
        double[] sum = new double[side * side];
        for (int cells = 2; cells <= side; cells *= 2) {
            add(sum, side, cells, random);
        }
        double mean = 0;
        double square = 0;
        for (double value : sum) {
            mean += value / sum.length;
            square += value * value / sum.length;
        }
        double deviation = Math.sqrt(Math.max(1e-12, square - mean * mean));
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (sum[i] - mean) / deviation;
        }
        return sum;
    }

    private static void add(double[] sum, int side, int cells, SplittableRandom random) {
        int row = cells + 1;
        double[] grid = new double[row * row];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = random.nextGaussian();
        }
        for (int y = 0; y < side; y++) {
            double v = (double) y * cells / side;
            int top = ((int) v) * row;
            double down = v - (int) v;
            for (int x = 0; x < side; x++) {
                double u = (double) x * cells / side;
                int at = top + (int) u;
                double right = u - (int) u;
                double upper = grid[at] + right * (grid[at + 1] - grid[at]);
                double lower = grid[at + row] + right * (grid[at + row + 1] - grid[at + row]);
                sum[y * side + x] += upper + down * (lower - upper);
            }
        }
    }
}
