package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.util.List;

/**
 * Panels of curves, each panel with axes of its own: how losses and scores change over a training.
 *
 * @param title a line above all; may be empty
 * @param note a smaller line below it; may be empty
 * @param panels stand in two columns, row by row
 */
public record LineChart(String title, String note, List<Panel> panels) {
    public LineChart {
        panels = List.copyOf(panels);
        if (panels.isEmpty()) {
            throw new IllegalArgumentException("a line chart has at least one panel");
        }
    }

    /**
     * Curves on common axes.
     *
     * @param title the quantity
     * @param across what the horizontal axis counts
     * @param logarithmic whether the vertical axis is; values of 0 and below then have no place and are left out
     * @param series named in a legend where there are several
     */
    public record Panel(String title, String across, boolean logarithmic, List<Series> series) {
        public Panel {
            series = List.copyOf(series);
            if (series.isEmpty()) {
                throw new IllegalArgumentException("panel '" + title + "' has no curve");
            }
        }

        /** Whether a value has a place on the vertical axis. */
        boolean shows(double value) {
            return Double.isFinite(value) && (!logarithmic || value > 0);
        }
    }

    /**
     * One curve.
     *
     * @param points from left to right; where a value is not finite the curve has a gap
     */
    public record Series(String name, List<Point> points) {
        public Series {
            points = List.copyOf(points);
        }
    }

    /** A value of a curve. */
    public record Point(double x, double y) {}

    /** Draws the chart, 1100 pixels wide and as high as it takes. */
    public RgbImage render() {
        return new LineDrawing(this).draw();
    }
}
