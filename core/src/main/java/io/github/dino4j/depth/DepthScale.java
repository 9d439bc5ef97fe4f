package io.github.dino4j.depth;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.visual.ColourMap;
import io.github.dino4j.visual.ScaleBar;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

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
     * near is bright and warm, what is far dark. Canopy height: viridis by metres, high trees bright.
     */
    public static DepthScale of(DepthMap map) {
        double low = map.quantile(OUTLIERS);
        double high = map.quantile(1 - OUTLIERS);
        return map.quantity() == Quantity.DEPTH && high > 0
                ? new DepthScale(ColourMap.INFERNO, Spacing.INVERSE, Math.max(low, NEAREST * high), high)
                : new DepthScale(ColourMap.VIRIDIS, Spacing.LINEAR, low, high);
    }

    /** Place on the colour map in 0..1; below 0 or above 1 outside of the scale. */
    public double place(double metres) {
        if (low == high) {
            return 0.5;
        }
        if (spacing == Spacing.LINEAR) {
            return (metres - low) / (high - low);
        }
        return metres > 0 ? (1 / metres - 1 / high) / (1 / low - 1 / high) : 1;
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
        ticks.add(tick(low, 3, quantity));
        ticks.add(tick(high, 3, quantity));
        double[][] rounds = {{1}, {2, 5}, {3, 1.5}, {4, 7, 2.5}, {6, 8, 1.2}};
        for (double[] digits : rounds) {
            for (int power = -4; power <= 5; power++) {
                for (double digit : digits) {
                    double value =
                            new BigDecimal(digit).scaleByPowerOfTen(power).doubleValue();
                    if (value > low && value < high) {
                        ticks.add(tick(value, 2, quantity));
                    }
                }
            }
        }
        return new ScaleBar(colours, ticks);
    }

    private ScaleBar.Tick tick(double value, int digits, Quantity quantity) {
        BigDecimal shown = new BigDecimal(value).round(new MathContext(digits));
        String number = shown.signum() == 0 ? "0" : shown.stripTrailingZeros().toPlainString();
        return new ScaleBar.Tick(place(value), number + " " + quantity.unit());
    }
}
