package io.github.dino4j.depth;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.visual.ColourMap;
import io.github.dino4j.visual.ScaleBar;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Which colour stands for how many metres. Values outside of {@code low}..{@code high} take the end's colour. Immutable.
 *
 * @param low metres of one end
 * @param high metres of the other end
 */
public record DepthScale(ColourMap colours, Spacing spacing, double low, double high) {

    /** How metres turn into a place on the colour map. */
    public enum Spacing {
        /**
         * By 1 / depth, so that equal steps in colour are equal steps in disparity and {@code low}, the nearest, has the
         * last (brightest) colour: how the papers on depth draw it (MiDaS, arXiv:1907.01341; Depth Anything,
         * arXiv:2401.10891).
         */
        INVERSE,
        /** By metres; {@code high} has the last colour. */
        LINEAR
    }

    /** Share of the values at either end that may lie outside of the scale. */
    private static final double OUTLIERS = 0.01;

    /** Least ratio of near to far: a few pixels at the model's least depth would darken all others. */
    private static final double NEAREST = 0.01;

    /** Metres from 0.1 mm to 100 km, the roundest numbers first. */
    private static final double[] ROUND = round();

    private static double[] round() {
        double[][] digits = {{1}, {2, 5}, {3, 1.5}, {4, 7}, {1.2, 2.5, 6, 8}, {1.1, 1.3, 1.4, 1.7, 3.5, 9}};
        return Arrays.stream(digits)
                .flatMapToDouble(equallyRound -> IntStream.rangeClosed(-4, 5)
                        .boxed()
                        .flatMapToDouble(power -> Arrays.stream(equallyRound)
                                .map(digit -> BigDecimal.valueOf(digit)
                                        .scaleByPowerOfTen(power)
                                        .doubleValue())))
                .toArray();
    }

    public DepthScale {
        if (!(low <= high) || !Double.isFinite(low) || !Double.isFinite(high)) {
            throw new IllegalArgumentException("a scale goes from low to high, found " + low + " to " + high);
        }
        if (spacing == Spacing.INVERSE && low <= 0) {
            throw new IllegalArgumentException(
                    "a scale by inverse depth begins above 0 m, found " + low + "; take a greater low, or LINEAR");
        }
    }

    /**
     * The scale that suits a map, from its 1st to its 99th percentile. Depth: inferno by inverse depth, so that what is
     * near is bright and warm, what is far dark; values that are not above 0 have no say. Canopy height: viridis by
     * metres, high trees bright.
     */
    public static DepthScale of(DepthMap map) {
        return map.quantity() == Quantity.DEPTH ? ofDepth(map.values()) : linear(sorted(map.values()));
    }

    static DepthScale ofDepth(float[] metres) {
        float[] sorted = sorted(metres);
        int first = 0;
        while (first < sorted.length && sorted[first] <= 0) {
            first++;
        }
        if (first == sorted.length) {
            return linear(sorted);
        }
        float[] positive = Arrays.copyOfRange(sorted, first, sorted.length);
        double high = Grid.quantile(positive, 1 - OUTLIERS);
        double low = Math.max(Grid.quantile(positive, OUTLIERS), NEAREST * high);
        return new DepthScale(ColourMap.INFERNO, Spacing.INVERSE, low, high);
    }

    private static DepthScale linear(float[] sorted) {
        return new DepthScale(
                ColourMap.VIRIDIS,
                Spacing.LINEAR,
                Grid.quantile(sorted, OUTLIERS),
                Grid.quantile(sorted, 1 - OUTLIERS));
    }

    private static float[] sorted(float[] metres) {
        float[] sorted = metres.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** Place on the colour map in 0..1; below 0 or above 1 outside of the scale, NaN for NaN. */
    public double place(double metres) {
        if (low == high) {
            return Double.isNaN(metres) ? metres : 0.5;
        }
        if (spacing == Spacing.LINEAR) {
            return (metres - low) / (high - low);
        }
        return metres <= 0 ? 1 : (1 / metres - 1 / high) / (1 / low - 1 / high);
    }

    /** The colour of a value as {@code 0xRRGGBB}. */
    public int rgb(double metres) {
        return colours.rgb(place(metres));
    }

    RgbImage paint(int width, int height, float[] metres) {
        byte[] rgb = new byte[Math.multiplyExact(3, metres.length)];
        for (int i = 0, k = 0; i < metres.length; i++, k += 3) {
            int colour = rgb(metres[i]);
            rgb[k] = (byte) (colour >> 16);
            rgb[k + 1] = (byte) (colour >> 8);
            rgb[k + 2] = (byte) colour;
        }
        return RgbImage.of(width, height, rgb);
    }

    /** The bar for a legend: its ends, then round numbers of metres, the roundest first. */
    ScaleBar bar(Quantity quantity) {
        List<ScaleBar.Tick> ticks = new ArrayList<>();
        ticks.add(tick(low, quantity));
        ticks.add(tick(high, quantity));
        for (double value : spacing == Spacing.LINEAR ? even() : ROUND) {
            if (value > low && value < high) {
                ticks.add(tick(value, quantity));
            }
        }
        return new ScaleBar(colours, ticks);
    }

    /** Multiples of 1, 2 or 5 times a power of ten, at most ten between the ends. */
    private double[] even() {
        double least = (high - low) / 10;
        if (!(least > 0)) {
            return new double[0];
        }
        BigDecimal power = BigDecimal.ONE.scaleByPowerOfTen((int) Math.floor(Math.log10(least)));
        BigDecimal step = Stream.of(1, 2, 5, 10)
                .map(digit -> power.multiply(BigDecimal.valueOf(digit)))
                .filter(candidate -> candidate.doubleValue() >= least)
                .findFirst()
                .orElse(power.scaleByPowerOfTen(1));
        long first = (long) Math.ceil(low / step.doubleValue());
        return LongStream.rangeClosed(first, first + 10)
                .mapToDouble(i -> step.multiply(BigDecimal.valueOf(i)).doubleValue())
                .toArray();
    }

    private ScaleBar.Tick tick(double value, Quantity quantity) {
        BigDecimal shown = new BigDecimal(value).round(new MathContext(3));
        String number = shown.signum() == 0 ? "0" : shown.stripTrailingZeros().toPlainString();
        return new ScaleBar.Tick(place(value), number + " " + quantity.unit());
    }
}
