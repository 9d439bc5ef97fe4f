package io.github.dino4j.visual;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * A scale from {@code low} to {@code high} with round values marked on it: multiples of 1, 2 or 5 times a power of ten, or
 * powers of ten (and their multiples by 2 and 5 where there are few) on a logarithmic one.
 */
record Axis(double low, double high, boolean logarithmic, List<Double> ticks) {
    private static final int FEW_DECADES = 2;
    private static final int MANY_DECADES = 8;

    /** A scale on which all values from {@code low} to {@code high} have room; its ends are marked values. */
    static Axis linear(double low, double high, int about) {
        return linear(low, high, about, true);
    }

    /** A scale that ends exactly at {@code low} and {@code high}. */
    static Axis tight(double low, double high, int about) {
        return linear(low, high, about, false);
    }

    private static Axis linear(double low, double high, int about, boolean round) {
        double from = low;
        double to = high;
        if (!(to > from)) { // one value, or too near for doubles to tell
            double room = from == 0 ? 1 : Math.abs(from) * 0.1; // a constant 0 has no size of its own
            from -= room;
            to += room;
        }
        double step = step((to - from) / about);
        long first = (long) (round ? Math.floor(from / step + 1e-9) : Math.ceil(from / step - 1e-9));
        long last = (long) (round ? Math.ceil(to / step - 1e-9) : Math.floor(to / step + 1e-9));
        List<Double> ticks = new ArrayList<>();
        for (long i = first; i <= last; i++) {
            ticks.add(i * step);
        }
        return round ? new Axis(first * step, last * step, false, ticks) : new Axis(from, to, false, ticks);
    }

    /** A logarithmic scale; both ends are above 0. */
    static Axis logarithmic(double low, double high) {
        double least = Math.log10(low);
        double most = Math.log10(high);
        double room = Math.max(0.02 * (most - least), 0.02);
        least -= room;
        most += room;
        boolean few = most - least < FEW_DECADES;
        int every = Math.max(1, (int) Math.ceil((most - least) / MANY_DECADES));
        List<Double> ticks = new ArrayList<>();
        for (int decade = (int) Math.floor(least); decade <= most; decade++) {
            for (double factor : few ? new double[] {1, 2, 5} : new double[] {1}) {
                double value = factor * Math.pow(10, decade);
                double place = Math.log10(value);
                if (Math.floorMod(decade, every) == 0 && place >= least && place <= most) {
                    ticks.add(value);
                }
            }
        }
        return ticks.size() < 2 // within less than a factor of two or so
                ? new Axis(
                        Math.pow(10, least),
                        Math.pow(10, most),
                        true,
                        tight(low, high, 3).ticks())
                : new Axis(Math.pow(10, least), Math.pow(10, most), true, ticks);
    }

    private static double step(double wanted) {
        double power = Math.pow(10, Math.floor(Math.log10(wanted)));
        double factor = wanted / power;
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    }

    /** Where a value lies: 0 at the low end, 1 at the high one. */
    double at(double value) {
        return logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /** A marked value as text: {@code 0.05}, {@code 20000}, {@code 1e-6}. */
    static String label(double tick) {
        if (tick == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros();
        double size = Math.abs(tick);
        if (size >= 1e-4 && size < 1e6) {
            return rounded.toPlainString();
        }
        int exponent = rounded.precision() - rounded.scale() - 1;
        return rounded.scaleByPowerOfTen(-exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
    }
}
