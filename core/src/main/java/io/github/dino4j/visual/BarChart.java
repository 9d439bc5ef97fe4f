package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Panels of horizontal bars, each panel with a scale of its own that begins at 0: how contenders compare in several
 * quantities. Bars of one series have one colour, which the legend names.
 *
 * @param title a line above all; may be empty
 * @param note a smaller line below it, such as the machine; may be empty
 * @param series the contenders, named in the legend where there are several
 * @param panels stand in two columns, row by row
 */
public record BarChart(String title, String note, List<String> series, List<Panel> panels) {
    private static final int[] COLOURS = {0x3d6fb6, 0xc2693d, 0x4f8a5b, 0x8a63a8, 0xb08a2e, 0x5b9aa8, 0xa8506f};

    public BarChart {
        series = List.copyOf(series);
        panels = List.copyOf(panels);
        if (panels.isEmpty()) {
            throw new IllegalArgumentException("a bar chart has at least one panel");
        }
        for (Panel panel : panels) {
            for (Bar bar : panel.bars) {
                if (bar.series < 0 || bar.series >= series.size()) {
                    throw new IllegalArgumentException("panel '" + panel.title + "' has a bar of series " + bar.series
                            + "; there are " + series.size() + ", counted from 0");
                }
            }
        }
    }

    /**
     * Bars that can be compared.
     *
     * @param title the quantity
     * @param note a smaller line below it; may be empty
     */
    public record Panel(String title, String note, List<Bar> bars) {
        public Panel {
            bars = List.copyOf(bars);
            if (bars.isEmpty()) {
                throw new IllegalArgumentException("panel '" + title + "' has no bar");
            }
        }

        /** What the end of the longest bar, or a mark beyond it, stands for. */
        double largest() {
            return bars.stream()
                    .mapToDouble(bar -> Math.max(bar.value.orElse(0), bar.mark.orElse(0)))
                    .max()
                    .orElse(0);
        }
    }

    /**
     * One bar.
     *
     * @param label at its left; bars that follow one another under the same label are a group and share it
     * @param series index into the chart's series
     * @param value its length, 0 or more; empty where there is none, the text then says why
     * @param mark another value on the same scale, such as a median: a line across
     * @param text at its right: the value with its unit
     */
    public record Bar(String label, int series, OptionalDouble value, OptionalDouble mark, String text) {
        public Bar {
            requireLength(label, value);
            requireLength(label, mark);
        }

        public static Bar of(String label, int series, double value, String text) {
            return new Bar(label, series, OptionalDouble.of(value), OptionalDouble.empty(), text);
        }

        /** The place of a bar without a value. */
        public static Bar missing(String label, int series, String reason) {
            return new Bar(label, series, OptionalDouble.empty(), OptionalDouble.empty(), reason);
        }

        public Bar withMark(double other) {
            return new Bar(label, series, value, OptionalDouble.of(other), text);
        }

        private static void requireLength(String label, OptionalDouble value) {
            if (value.isPresent() && !(value.getAsDouble() >= 0 && value.getAsDouble() < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("bar '" + label + "': a length is 0 or more and finite, found "
                        + value.getAsDouble() + "; use Bar.missing where there is no value");
            }
        }
    }

    /** Draws the chart, 1100 pixels wide and as high as it takes. */
    public RgbImage render() {
        return new BarDrawing(this).draw();
    }

    /** {@code 0xRRGGBB} of a series. */
    static int colour(int series) {
        return COLOURS[series % COLOURS.length];
    }
}
