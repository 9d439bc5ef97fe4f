package io.github.dino4j.train;

import io.github.dino4j.visual.LineChart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values of one quantity over a run, in the order of updates. For one thread. */
final class Curve {
    private static final int POINTS = 400; // that a picture can show

    private double[] x = new double[64];
    private double[] y = new double[64];
    private int size;

    void add(long iteration, double value) {
        if (size == x.length) {
            x = Arrays.copyOf(x, 2 * size);
            y = Arrays.copyOf(y, 2 * size);
        }
        x[size] = iteration;
        y[size++] = value;
    }

    /** For a picture: neighbours are averaged where there are more than it can show. */
    LineChart.Series series(String name) {
        int each = (size + POINTS - 1) / POINTS;
        List<LineChart.Point> points = new ArrayList<>();
        for (int first = 0; first < size; first += each) {
            int end = Math.min(first + each, size);
            double sumX = 0;
            double sumY = 0;
            for (int i = first; i < end; i++) {
                sumX += x[i];
                sumY += y[i];
            }
            points.add(new LineChart.Point(sumX / (end - first), sumY / (end - first)));
        }
        return new LineChart.Series(name, points);
    }

    /** Whether the largest value is so far above the smallest that only a logarithmic axis shows both. */
    boolean isWide() {
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (int i = 0; i < size; i++) {
            low = Math.min(low, y[i]);
            high = Math.max(high, y[i]);
        }
        return low > 0 && high > 50 * low;
    }
}
