package io.github.dino4j.classify;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Multinomial logistic regression on frozen features, in double precision: minimises |W|^2 / 2 + C sum of the cross
 * entropies, the intercept unpenalised, as scikit-learn's {@code LogisticRegression(C)} does (DINOv2, arXiv:2304.07193, and
 * DINOv3 evaluate by it). Immutable.
 */
public final class LogisticRegression implements FeatureClassifier {
    private static final double TOLERANCE = 1e-12; // of the largest entry of the gradient
    private static final int ITERATIONS = 1000;

    private final int classes;
    private final int dim;
    private final double[] weights; // [classes, dim + 1], the intercept last
    private final double c;
    private final double gradient;

    private LogisticRegression(int classes, int dim, double[] weights, double c, double gradient) {
        this.classes = classes;
        this.dim = dim;
        this.weights = weights;
        this.c = c;
        this.gradient = gradient;
    }

    /** Inverse strengths of the penalty that the papers try: 45 from 1e-6 to 1e5, even in the logarithm. */
    public static List<Double> strengths() {
        return IntStream.range(0, 45)
                .mapToObj(i -> Math.pow(10, -6 + 11.0 * i / 44))
                .toList();
    }

    /**
     * Fits features by one C.
     *
     * @param labels class numbers, one a row
     * @throws IllegalArgumentException if labels do not fit, or a feature is not finite
     */
    public static LogisticRegression fit(FeatureRows train, int[] labels, int classes, double c) {
        return fit(doubles(train), Labels.require(labels, train, classes), classes, c, new double[0]);
    }

    /** What a validation said about each C. */
    public record Trial(double c, double accuracy) {}

    /**
     * A search for C.
     *
     * @param best fitted again on training and validation data, unless it was asked not to
     * @param trials in the order of the strengths
     */
    public record Search(LogisticRegression best, List<Trial> trials) {
        public Search {
            trials = List.copyOf(trials);
        }
    }

    /**
     * Finds the C with the best accuracy on validation data, the first of equals.
     *
     * @param refit whether training and validation data together are fitted by it, as the papers do, except with few
     *     examples a class
     */
    public static Search search(
            FeatureRows train,
            int[] labels,
            FeatureRows validation,
            int[] validationLabels,
            int classes,
            List<Double> strengths,
            boolean refit) {
        if (strengths.isEmpty()) {
            throw new IllegalArgumentException("name at least one C");
        }
        double[][] x = doubles(train);
        int[] y = Labels.require(labels, train, classes);
        int[] truth = Labels.require(validationLabels, validation, classes);
        List<Trial> trials = new ArrayList<>();
        LogisticRegression best = null;
        double bestAccuracy = -1;
        double[] start = new double[0];
        for (double c : strengths) {
            LogisticRegression one = fit(x, y, classes, c, start);
            start = one.weights; // the next optimum is near; where the search begins does not change it
            double accuracy = one.accuracy(validation, truth);
            trials.add(new Trial(c, accuracy));
            if (best == null || accuracy > bestAccuracy) {
                best = one;
                bestAccuracy = accuracy;
            }
        }
        if (best == null) {
            throw new IllegalStateException("no C was tried");
        }
        if (refit) {
            double[][] more = doubles(validation);
            double[][] all = new double[x.length + more.length][];
            System.arraycopy(x, 0, all, 0, x.length);
            System.arraycopy(more, 0, all, x.length, more.length);
            int[] both = IntStream.concat(IntStream.of(y), IntStream.of(truth)).toArray();
            best = fit(all, both, classes, best.c, best.weights);
        }
        return new Search(best, trials);
    }

    /**
     * Numbers of rows to set aside for validation, drawn from a seed: a share of all, at least one.
     *
     * @param share 0.1 in the papers, 0.01 with few examples a class
     * @return ascending
     */
    public static int[] held(int size, double share, long seed) {
        int[] order = IntStream.range(0, size).toArray();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = size - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        return IntStream.of(order)
                .limit(Math.max(1, Math.round(share * size)))
                .sorted()
                .toArray();
    }

    private static LogisticRegression fit(double[][] x, int[] y, int classes, double c, double[] start) {
        if (!(c > 0) || Double.isInfinite(c)) {
            throw new IllegalArgumentException("C is above 0, found " + c);
        }
        int dim = x[0].length;
        double[] from = start.length == 0 ? new double[classes * (dim + 1)] : start;
        Lbfgs.Point optimum =
                Lbfgs.minimise((w, gradient) -> objective(w, x, y, classes, c, gradient), from, TOLERANCE, ITERATIONS);
        return new LogisticRegression(classes, dim, optimum.x(), c, Lbfgs.largest(optimum.gradient()));
    }

    /** The value of the objective; fills its gradient. */
    static double objective(double[] w, double[][] x, int[] y, int classes, double c, double[] gradient) {
        int dim = x[0].length;
        double value = 0;
        for (int k = 0; k < classes; k++) {
            int row = k * (dim + 1);
            for (int i = 0; i < dim; i++) {
                value += w[row + i] * w[row + i] / 2;
                gradient[row + i] = w[row + i];
            }
            gradient[row + dim] = 0;
        }
        double[] scores = new double[classes];
        for (int n = 0; n < x.length; n++) {
            scores(w, x[n], scores);
            double top = Double.NEGATIVE_INFINITY;
            for (double score : scores) {
                top = Math.max(top, score);
            }
            double sum = 0;
            for (double score : scores) {
                sum += Math.exp(score - top);
            }
            value += c * (top + Math.log(sum) - scores[y[n]]);
            for (int k = 0; k < classes; k++) {
                double pull = c * (Math.exp(scores[k] - top) / sum - (k == y[n] ? 1 : 0));
                int row = k * (dim + 1);
                for (int i = 0; i < dim; i++) {
                    gradient[row + i] += pull * x[n][i];
                }
                gradient[row + dim] += pull;
            }
        }
        return value;
    }

    private static void scores(double[] w, double[] x, double[] scores) {
        for (int k = 0; k < scores.length; k++) {
            int row = k * (x.length + 1);
            double score = w[row + x.length];
            for (int i = 0; i < x.length; i++) {
                score += w[row + i] * x[i];
            }
            scores[k] = score;
        }
    }

    private static double[][] doubles(FeatureRows rows) {
        double[][] x = new double[rows.size()][rows.dim()];
        for (int n = 0; n < x.length; n++) {
            float[] row = rows.row(n);
            FeatureRows.requireFinite(row, row.length, n, "training");
            for (int i = 0; i < row.length; i++) {
                x[n][i] = row[i];
            }
        }
        return x;
    }

    /** Share of features whose most probable class is the true one. */
    public double accuracy(FeatureRows features, int[] labels) {
        int right = 0;
        for (int n = 0; n < features.size(); n++) {
            right += Labels.best(probabilities(features.row(n))) == labels[n] ? 1 : 0;
        }
        return (double) right / features.size();
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int dim() {
        return dim;
    }

    /** Inverse strength of the penalty. */
    public double c() {
        return c;
    }

    /** Largest entry of the objective's gradient where the search ended: how far from the optimum it may be. */
    public double gradient() {
        return gradient;
    }

    @Override
    public double[] probabilities(float[] feature) {
        requireFeature(feature);
        double[] x = new double[dim];
        for (int i = 0; i < dim; i++) {
            x[i] = feature[i];
        }
        double[] scores = new double[classes];
        scores(weights, x, scores);
        return NearestCentroid.softmax(scores);
    }
}
