package io.github.dino4j.visual;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Two-class logistic regression with an L2 penalty: minimises |w|^2 / 2 + C sum log(1 + exp(-y (w x + b))), the bias
 * unpenalised, as scikit-learn's {@code LogisticRegression(C)} does. Solved by L-BFGS (Nocedal, 1980).
 */
final class LogisticRegression {
    private static final int MEMORY = 10;
    private static final int ITERATIONS = 300;
    private static final double TOLERANCE = 1e-4; // of the largest entry of the gradient

    private final double[] weights; // the bias last

    private LogisticRegression(double[] weights) {
        this.weights = weights;
    }

    /** A step of the search: change of the point and of the gradient. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Step(double[] point, double[] gradient, double curvature) {}

    /**
     * Fits samples.
     *
     * @param samples [n][d]
     * @param positive [n]
     * @param c inverse strength of the penalty
     */
    static LogisticRegression fit(List<float[]> samples, boolean[] positive, double c) {
        double[] w = new double[samples.get(0).length + 1];
        double[] gradient = new double[w.length];
        double value = objective(w, samples, positive, c, gradient);
        Deque<Step> steps = new ArrayDeque<>();
        for (int i = 0; i < ITERATIONS && largest(gradient) > TOLERANCE; i++) {
            double[] direction = direction(gradient, steps);
            double slope = dot(direction, gradient);
            double[] next = new double[w.length];
            double[] nextGradient = new double[w.length];
            double nextValue = Double.POSITIVE_INFINITY;
            double length = steps.isEmpty() ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
            for (int halving = 0; halving < 40; halving++, length /= 2) {
                for (int k = 0; k < w.length; k++) {
                    next[k] = w[k] + length * direction[k];
                }
                nextValue = objective(next, samples, positive, c, nextGradient);
                if (nextValue <= value + 1e-4 * length * slope) {
                    break;
                }
            }
            remember(steps, difference(next, w), difference(nextGradient, gradient));
            w = next;
            gradient = nextGradient;
            value = nextValue;
        }
        return new LogisticRegression(w);
    }

    /** Probability that a sample is positive. */
    double probability(float[] sample, int from) {
        return 1 / (1 + Math.exp(-score(weights, sample, from)));
    }

    float[] weights() {
        float[] w = new float[weights.length - 1];
        for (int k = 0; k < w.length; k++) {
            w[k] = (float) weights[k];
        }
        return w;
    }

    float bias() {
        return (float) weights[weights.length - 1];
    }

    private static double score(double[] w, float[] sample, int from) {
        double z = w[w.length - 1];
        for (int k = 0; k < w.length - 1; k++) {
            z += w[k] * sample[from + k];
        }
        return z;
    }

    private static double objective(
            double[] w, List<float[]> samples, boolean[] positive, double c, double[] gradient) {
        int bias = w.length - 1;
        double value = 0;
        for (int k = 0; k < bias; k++) {
            value += w[k] * w[k] / 2;
            gradient[k] = w[k];
        }
        gradient[bias] = 0;
        for (int i = 0; i < samples.size(); i++) {
            float[] x = samples.get(i);
            double margin = (positive[i] ? 1 : -1) * score(w, x, 0);
            value += c * (margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin);
            double pull = -c * (positive[i] ? 1 : -1) / (1 + Math.exp(margin));
            for (int k = 0; k < bias; k++) {
                gradient[k] += pull * x[k];
            }
            gradient[bias] += pull;
        }
        return value;
    }

    /** The two-loop recursion: minus an estimate of the inverse Hessian times the gradient. */
    private static double[] direction(double[] gradient, Deque<Step> steps) {
        double[] q = gradient.clone();
        double[] alphas = new double[steps.size()];
        int i = 0;
        for (Step step : steps) { // newest first
            alphas[i] = dot(step.point(), q) / step.curvature();
            addScaled(q, -alphas[i++], step.gradient());
        }
        Step newest = steps.peekFirst();
        double scale = newest == null ? 1 : newest.curvature() / dot(newest.gradient(), newest.gradient());
        for (int k = 0; k < q.length; k++) {
            q[k] *= scale;
        }
        for (java.util.Iterator<Step> oldestFirst = steps.descendingIterator(); oldestFirst.hasNext(); ) {
            Step step = oldestFirst.next();
            double beta = dot(step.gradient(), q) / step.curvature();
            addScaled(q, alphas[--i] - beta, step.point());
        }
        for (int k = 0; k < q.length; k++) {
            q[k] = -q[k];
        }
        return q;
    }

    private static void remember(Deque<Step> steps, double[] point, double[] gradient) {
        double curvature = dot(point, gradient);
        if (curvature > 0) {
            steps.addFirst(new Step(point, gradient, curvature));
            if (steps.size() > MEMORY) {
                steps.removeLast();
            }
        }
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

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
