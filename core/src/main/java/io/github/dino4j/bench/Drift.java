package io.github.dino4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How far features move from the reference.
 *
 * @param maxAbs largest difference of two values
 * @param cosine of all tokens of all images taken as one vector
 * @param worstCosine of the token that turned furthest
 * @param neighbours share of the images whose nearest other image, by the cosine of class tokens, is the same
 * @param images how many were compared
 */
public record Drift(double maxAbs, double cosine, double worstCosine, double neighbours, int images) {

    /** Gathers a {@link Drift} image by image; keeps class tokens only. Not thread-safe. */
    public static final class Meter {
        private final List<float[]> expected = new ArrayList<>();
        private final List<float[]> actual = new ArrayList<>();
        private double maxAbs;
        private double worst = 1;
        private double product;
        private double expectedSquares;
        private double actualSquares;

        /**
         * Adds the tokens [N * dim] of one image, the class token first.
         *
         * @throws IllegalArgumentException if they are not as many on both sides
         */
        public void add(float[] reference, float[] tokens, int dim) {
            if (reference.length != tokens.length || reference.length % dim != 0) {
                throw new IllegalArgumentException("tokens of " + reference.length + " and " + tokens.length
                        + " values, each of width " + dim + ", cannot be compared");
            }
            for (int start = 0; start < reference.length; start += dim) {
                double dot = 0;
                double a = 0;
                double b = 0;
                for (int i = start; i < start + dim; i++) {
                    maxAbs = Math.max(maxAbs, Math.abs((double) reference[i] - tokens[i])); // NaN stays NaN
                    dot += (double) reference[i] * tokens[i];
                    a += (double) reference[i] * reference[i];
                    b += (double) tokens[i] * tokens[i];
                }
                double cosine = cosine(dot, a, b);
                worst = Math.min(worst, cosine);
                product += dot;
                expectedSquares += a;
                actualSquares += b;
            }
            expected.add(Arrays.copyOf(reference, dim));
            actual.add(Arrays.copyOf(tokens, dim));
        }

        /** What was seen so far. */
        public Drift drift() {
            return new Drift(
                    maxAbs,
                    cosine(product, expectedSquares, actualSquares),
                    worst,
                    agreement(expected, actual),
                    expected.size());
        }
    }

    /** Share of the rows whose nearest other row by cosine is the same in both lists; 1 where there are no others. */
    static double agreement(List<float[]> expected, List<float[]> actual) {
        if (expected.size() < 2) {
            return 1;
        }
        int same = 0;
        for (int i = 0; i < expected.size(); i++) {
            same += nearest(expected, i) == nearest(actual, i) ? 1 : 0;
        }
        return (double) same / expected.size();
    }

    private static int nearest(List<float[]> rows, int of) {
        int nearest = -1;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < rows.size(); i++) {
            double cosine = i == of ? Double.NEGATIVE_INFINITY : cosine(rows.get(of), rows.get(i));
            if (cosine > best) {
                best = cosine;
                nearest = i;
            }
        }
        return nearest;
    }

    private static double cosine(float[] x, float[] y) {
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int i = 0; i < x.length; i++) {
            dot += (double) x[i] * y[i];
            a += (double) x[i] * x[i];
            b += (double) y[i] * y[i];
        }
        return cosine(dot, a, b);
    }

    private static double cosine(double dot, double a, double b) {
        return a == 0 && b == 0 ? 1 : dot / Math.sqrt(a * b);
    }
}
