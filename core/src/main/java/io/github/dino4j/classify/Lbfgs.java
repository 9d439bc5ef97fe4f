package io.github.dino4j.classify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Minimises a smooth function by L-BFGS (Nocedal, 1980) with a line search for the strong Wolfe conditions (Nocedal and
 * Wright, Numerical Optimization, algorithms 3.5 and 3.6).
 */
final class Lbfgs {
    private static final int MEMORY = 10;
    private static final double DECREASE = 1e-4; // c1
    private static final double CURVATURE = 0.9; // c2
    private static final int TRIALS = 40;
    private static final double ROUNDING = 1e-14; // of a value that is a sum over many samples

    private Lbfgs() {}

    /** A function with its gradient. */
    interface Objective {
        /** The value at {@code x}; fills {@code gradient}. */
        double at(double[] x, double[] gradient);
    }

    /** A point that was evaluated. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Point(double[] x, double value, double[] gradient) {}

    /** Change of the point and of the gradient, and their product. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pair(double[] point, double[] gradient, double curvature) {}

    /**
     * Goes down from {@code start} until no entry of the gradient is larger than {@code tolerance}, the iterations are used
     * up, or rounding leaves no way down.
     */
    static Point minimise(Objective objective, double[] start, double tolerance, int iterations) {
        Point here = evaluate(objective, start.clone());
        Deque<Pair> pairs = new ArrayDeque<>();
        for (int i = 0; i < iterations && largest(here.gradient()) > tolerance; i++) {
            double[] direction = direction(here.gradient(), pairs);
            if (!(dot(direction, here.gradient()) < 0)) { // the memory has lost its meaning
                pairs.clear();
                direction = direction(here.gradient(), pairs);
            }
            double first = pairs.isEmpty() ? 1 / Math.max(1, Math.sqrt(dot(direction, direction))) : 1;
            Point next = new Search(objective, here, direction).from(first);
            if (Arrays.equals(next.x(), here.x())) { // rounding left no way down
                if (pairs.isEmpty()) {
                    break;
                }
                pairs.clear();
                continue;
            }
            double[] moved = difference(next.x(), here.x());
            double[] turned = difference(next.gradient(), here.gradient());
            double curvature = dot(moved, turned);
            if (curvature > 0) {
                pairs.addFirst(new Pair(moved, turned, curvature));
                if (pairs.size() > MEMORY) {
                    pairs.removeLast();
                }
            }
            here = next;
        }
        return here;
    }

    private static Point evaluate(Objective objective, double[] x) {
        double[] gradient = new double[x.length];
        double value = objective.at(x, gradient);
        return new Point(x, value, gradient);
    }

    /** The search along one line: phi(t) = f(x + t d). */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Search(Objective objective, Point start, double[] direction) {
        /** A point of the strong Wolfe conditions; the lowest seen where rounding hides them; the start if none is lower. */
        Point from(double first) {
            double slope = slope(start);
            Point low = start;
            double lowAt = 0;
            double at = first;
            for (int trial = 0; trial < TRIALS; trial++) {
                Point there = point(at);
                if (isGood(there, at)) {
                    return there;
                }
                if (!(there.value() <= start.value() + DECREASE * at * slope)
                        || (trial > 0 && there.value() >= low.value())) {
                    return zoom(low, lowAt, there, at);
                }
                if (Math.abs(slope(there)) <= -CURVATURE * slope) {
                    return there;
                }
                if (slope(there) >= 0) {
                    return zoom(there, at, low, lowAt);
                }
                low = there;
                lowAt = at;
                at *= 2;
            }
            return low;
        }

        private Point zoom(Point low, double lowAt, Point high, double highAt) {
            double slope = slope(start);
            for (int trial = 0; trial < TRIALS; trial++) {
                double at = cubic(low, lowAt, high, highAt);
                Point there = point(at);
                if (isGood(there, at)) {
                    return there;
                }
                if (!(there.value() <= start.value() + DECREASE * at * slope) || there.value() >= low.value()) {
                    high = there;
                    highAt = at;
                } else {
                    if (Math.abs(slope(there)) <= -CURVATURE * slope) {
                        return there;
                    }
                    if (slope(there) * (highAt - lowAt) >= 0) {
                        high = low;
                        highAt = lowAt;
                    }
                    low = there;
                    lowAt = at;
                }
                if (Math.abs(highAt - lowAt) <= 1e-16 * Math.max(1, Math.abs(lowAt))) {
                    break;
                }
            }
            return low;
        }

        /**
         * The strong Wolfe conditions. Near the optimum the values differ by less than their rounding; there the decrease is
         * judged by the slopes (Hager and Zhang, 2005, approximate Wolfe conditions).
         */
        private boolean isGood(Point there, double at) {
            double slope = slope(start);
            boolean lower = there.value() <= start.value() + DECREASE * at * slope;
            boolean level = there.value() <= start.value() + ROUNDING * Math.abs(start.value())
                    && slope(there) <= (2 * DECREASE - 1) * slope;
            return (lower || level) && Math.abs(slope(there)) <= -CURVATURE * slope;
        }

        /** Least point of the cubic through both ends; the middle where it lies too near to one. */
        private double cubic(Point low, double lowAt, Point high, double highAt) {
            double step = highAt - lowAt;
            double a = slope(low) + slope(high) - 3 * (high.value() - low.value()) / step;
            double root = Math.sqrt(a * a - slope(low) * slope(high)) * Math.signum(step);
            double share = 1 - (slope(high) + root - a) / (slope(high) - slope(low) + 2 * root);
            return lowAt + step * (share > 0.1 && share < 0.9 ? share : 0.5);
        }

        private double slope(Point point) {
            return dot(point.gradient(), direction);
        }

        private Point point(double at) {
            double[] x = start.x().clone();
            addScaled(x, at, direction);
            return evaluate(objective, x);
        }
    }

    /** The two-loop recursion: minus an estimate of the inverse Hessian times the gradient. */
    private static double[] direction(double[] gradient, Deque<Pair> newestFirst) {
        double[] q = gradient.clone();
        List<Pair> pairs = new ArrayList<>(newestFirst);
        double[] alphas = new double[pairs.size()];
        for (int i = 0; i < alphas.length; i++) {
            alphas[i] = dot(pairs.get(i).point(), q) / pairs.get(i).curvature();
            addScaled(q, -alphas[i], pairs.get(i).gradient());
        }
        double scale = pairs.isEmpty()
                ? 1
                : pairs.get(0).curvature()
                        / dot(pairs.get(0).gradient(), pairs.get(0).gradient());
        for (int k = 0; k < q.length; k++) {
            q[k] *= scale;
        }
        for (int i = alphas.length - 1; i >= 0; i--) {
            double beta = dot(pairs.get(i).gradient(), q) / pairs.get(i).curvature();
            addScaled(q, alphas[i] - beta, pairs.get(i).point());
        }
        for (int k = 0; k < q.length; k++) {
            q[k] = -q[k];
        }
        return q;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    private static void addScaled(double[] target, double scale, double[] other) {
        for (int k = 0; k < target.length; k++) {
            target[k] += scale * other[k];
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] result = a.clone();
        addScaled(result, -1, b);
        return result;
    }

    static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
