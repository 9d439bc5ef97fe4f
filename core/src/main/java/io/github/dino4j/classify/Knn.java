package io.github.dino4j.classify;

import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/**
 * Weighted k-nearest-neighbour classification (Wu et al., arXiv:1805.01978), the evaluation of all DINO papers: cosine
 * similarity to each training feature, and the nearest ones vote for their classes. Nothing is trained.
 *
 * <p>Of equally near neighbours the one that stands first is nearer; of classes with equal votes the lowest wins. Training
 * features are read in blocks of {@value #BLOCK} rows as often as there are groups of test features; how large these groups
 * are, the memory budget says. Immutable; each call reads the rows by the caller's thread.
 */
public final class Knn implements FeatureClassifier {
    private static final int BLOCK = 4096;
    private static final double LEAST_NORM = 1e-12; // below it a vector is not scaled to unit length

    private final FeatureRows train;
    private final int[] labels;
    private final int classes;
    private final Options options;

    /** What a neighbour's vote weighs. */
    public enum Vote {
        /** The softmax of similarity / temperature over all neighbours of the largest k: DINOv2 and DINOv3. */
        SOFTMAX,
        /** exp(similarity / temperature) as it is: DINOv1. It ranks the classes as SOFTMAX does. */
        EXPONENTIAL
    }

    /**
     * Settings.
     *
     * @param ks numbers of neighbours, each of which gives a result
     * @param temperature divides similarities
     * @param skipFirst whether the nearest neighbour is left out, for test features that are training features too
     */
    public record Options(List<Integer> ks, double temperature, Vote vote, boolean skipFirst) {
        /** k 10, 20, 100, 200 and temperature 0.07. */
        public static final Options DINOV3 = new Options(List.of(10, 20, 100, 200), 0.07, Vote.SOFTMAX, false);

        public Options {
            ks = List.copyOf(ks);
            if (ks.isEmpty() || ks.stream().anyMatch(k -> k < 1)) {
                throw new IllegalArgumentException("k-NN asks at least one neighbour, found k " + ks);
            }
            if (!(temperature > 0) || Double.isInfinite(temperature)) {
                throw new IllegalArgumentException("the temperature is above 0, found " + temperature);
            }
        }

        public Options withKs(Integer... other) {
            return new Options(List.of(other), temperature, vote, skipFirst);
        }

        int most() {
            return ks.stream().mapToInt(k -> k).max().orElseThrow();
        }
    }

    /** Takes the votes for one test feature. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Called for each k of {@link Options#ks}, in their order.
         *
         * @param test index of the test feature, ascending
         * @param votes [classes], the sink's own
         */
        void votes(int test, int k, double[] votes);
    }

    /**
     * A classifier over training features.
     *
     * @param labels class numbers, one a row
     * @throws IllegalArgumentException if labels do not fit, or there are fewer rows than the largest k
     */
    public Knn(FeatureRows train, int[] labels, int classes, Options options) {
        this.train = train;
        this.labels = Labels.require(labels, train, classes);
        this.classes = classes;
        this.options = options;
        if (wanted() > train.size()) {
            throw new IllegalArgumentException(
                    "k " + options.most() + (options.skipFirst() ? " and the one left out" : "") + " is more than the "
                            + train.size() + " training features; ask for fewer neighbours");
        }
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int dim() {
        return train.dim();
    }

    public Options options() {
        return options;
    }

    private int wanted() {
        return options.most() + (options.skipFirst() ? 1 : 0);
    }

    /** Bytes beside the training rows' own source while a group of test features is classified. */
    public long bytes(int group) {
        return bytes(train.size(), dim(), wanted(), group);
    }

    static long bytes(int trained, int dim, int neighbours, int group) {
        long block = Math.min(BLOCK, trained);
        long rows = 2L * Float.BYTES * dim * (block + group); // array and tensor
        long similarities = 2L * Float.BYTES * block * group;
        return rows + similarities + (long) group * neighbours * (Float.BYTES + Integer.BYTES);
    }

    /**
     * How many test features go through at once within {@link Engine#memoryBudget}.
     *
     * @throws IllegalArgumentException if not even one does
     */
    public int group(int tests) {
        long budget = Engine.memoryBudget();
        if (bytes(1) > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "k-NN over features of width %d takes %.1f MB for one image, the memory budget is %.1f MB; raise it"
                            + " (Engine.memoryBudget)",
                    dim(),
                    bytes(1) / 1e6,
                    budget / 1e6));
        }
        return group(train.size(), dim(), wanted(), tests, budget);
    }

    static int group(int trained, int dim, int neighbours, int tests, long budget) {
        int group = Math.max(1, Math.min(tests, BLOCK));
        while (group > 1 && bytes(trained, dim, neighbours, group) > budget) {
            group /= 2;
        }
        return group;
    }

    /**
     * Classifies test features.
     *
     * @throws IllegalArgumentException if a feature is not finite or of another width, or memory does not do
     */
    public void classify(FeatureRows tests, Sink sink) {
        classify(tests, group(tests.size()), sink);
    }

    /**
     * The same with so many test features at once, as {@link KnnMemory} plans.
     *
     * @param group 1 or more
     */
    public void classify(FeatureRows tests, int group, Sink sink) {
        if (tests.dim() != dim()) {
            throw new IllegalArgumentException("training features have " + dim() + " values, test features "
                    + tests.dim() + "; both come from one backbone");
        }
        for (int first = 0; first < tests.size(); first += group) {
            int count = Math.min(group, tests.size() - first);
            Nearest nearest = nearest(unit(tests, first, count, "test"), count);
            for (int i = 0; i < count; i++) {
                vote(nearest, i, first + i, sink);
            }
        }
    }

    @Override
    public double[] probabilities(float[] feature) {
        requireFeature(feature);
        double[] shares = new double[classes];
        classify(FeatureRows.of(feature), (test, k, votes) -> {
            if (k == options.most()) {
                double sum = 0;
                for (double vote : votes) {
                    sum += vote;
                }
                for (int c = 0; c < classes; c++) {
                    shares[c] = votes[c] / sum;
                }
            }
        });
        return shares;
    }

    /** The predicted class of each test feature, for one of {@link Options#ks}. */
    public int[] predict(FeatureRows tests, int k) {
        if (!options.ks().contains(k)) {
            throw new IllegalArgumentException("k " + k + " is none of " + options.ks());
        }
        int[] predicted = new int[tests.size()];
        classify(tests, (test, of, votes) -> {
            if (of == k) {
                predicted[test] = Labels.best(votes);
            }
        });
        return predicted;
    }

    /** Neighbours of a group of tests [count, wanted], the nearest first. */
    private Nearest nearest(float[] tests, int count) {
        Nearest nearest = new Nearest(count, wanted());
        for (int first = 0; first < train.size(); first += BLOCK) {
            int rows = Math.min(BLOCK, train.size() - first);
            float[] block = unit(train, first, rows, "training");
            try (Scope scope = Scope.inference()) {
                float[] similarities = Tensor.of(tests, count, dim())
                        .matmul(Tensor.of(block, rows, dim()).transpose(0, 1))
                        .toFloats();
                for (int i = 0; i < similarities.length; i++) {
                    nearest.offer(i / rows, similarities[i], first + i % rows);
                }
            }
        }
        return nearest;
    }

    private void vote(Nearest nearest, int row, int test, Sink sink) {
        int skipped = options.skipFirst() ? 1 : 0;
        double[] weights = new double[options.most()];
        double sum = 0;
        double top = options.vote() == Vote.SOFTMAX ? nearest.similarity(row, skipped) : 0;
        for (int n = 0; n < weights.length; n++) {
            weights[n] = Math.exp((nearest.similarity(row, n + skipped) - top) / options.temperature());
            sum += weights[n];
        }
        for (int k : options.ks()) {
            double[] votes = new double[classes];
            for (int n = 0; n < k; n++) {
                votes[labels[nearest.index(row, n + skipped)]] +=
                        options.vote() == Vote.SOFTMAX ? weights[n] / sum : weights[n];
            }
            sink.votes(test, k, votes);
        }
    }

    /** Rows scaled to unit length. */
    private static float[] unit(FeatureRows rows, int first, int count, String what) {
        int dim = rows.dim();
        float[] block = new float[count * dim];
        rows.read(first, count, block);
        FeatureRows.requireFinite(block, dim, first, what);
        for (int row = 0; row < block.length; row += dim) {
            double squares = 0;
            for (int c = 0; c < dim; c++) {
                squares += (double) block[row + c] * block[row + c];
            }
            double norm = Math.max(Math.sqrt(squares), LEAST_NORM);
            for (int c = 0; c < dim; c++) {
                block[row + c] = (float) (block[row + c] / norm);
            }
        }
        return block;
    }
}
