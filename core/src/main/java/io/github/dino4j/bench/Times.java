package io.github.dino4j.bench;

import java.util.Arrays;
import java.util.List;

/** Seconds of one call, one value a round. */
public record Times(List<Double> seconds) {
    public Times {
        seconds = List.copyOf(seconds);
        if (seconds.isEmpty()) {
            throw new IllegalArgumentException("no round was measured");
        }
    }

    /** The shortest: what the machine can do when nothing disturbs it. */
    public double min() {
        return sorted()[0];
    }

    /** The middle one, or the mean of the two in the middle. */
    public double median() {
        double[] sorted = sorted();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** The longest. */
    public double max() {
        double[] sorted = sorted();
        return sorted[sorted.length - 1];
    }

    private double[] sorted() {
        double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
