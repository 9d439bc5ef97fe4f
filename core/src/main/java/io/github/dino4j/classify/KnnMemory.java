package io.github.dino4j.classify;

import java.util.Locale;

/**
 * What k-NN will take, before it starts, within a budget: whether the training features stay in memory or go to a temporary file,
 * and how many test features go through at once.
 *
 * @param rows training features
 * @param dim values of each
 * @param features bytes of the training features
 * @param kept whether they stay in memory
 * @param group test features at once; each group reads all training features once
 * @param passes over the training features for all test features
 * @param bytes that are taken at the most: the features if they are kept, and the blocks
 */
public record KnnMemory(int rows, int dim, long features, boolean kept, int group, int passes, long bytes) {
    /** Of the budget that features may fill; the rest is for blocks. */
    private static final double SHARE = 0.75;

    /**
     * Plans.
     *
     * @param rows training features
     * @param tests test features
     * @param neighbours the largest k
     * @param budget bytes
     * @throws IllegalArgumentException if not even one test feature at a time fits; the message names what does
     */
    public static KnnMemory of(int rows, int dim, int tests, int neighbours, long budget) {
        long features = (long) rows * dim * Float.BYTES;
        boolean kept = features <= SHARE * budget;
        long left = kept ? budget - features : budget;
        if (Knn.bytes(rows, dim, neighbours, 1) > left) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "k-NN over %,d features of width %d needs blocks of %.0f MB at least, the budget is %.0f MB; give it more",
                    rows,
                    dim,
                    Math.ceil(Knn.bytes(rows, dim, neighbours, 1) / 1e6),
                    budget / 1e6));
        }
        int group = Knn.group(rows, dim, neighbours, tests, left);
        int passes = (tests + group - 1) / Math.max(1, group);
        return new KnnMemory(
                rows,
                dim,
                features,
                kept,
                group,
                passes,
                (kept ? features : 0) + Knn.bytes(rows, dim, neighbours, group));
    }

    /** One line for people. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%,d training features of width %d (%.0f MB) %s; %d test features at once, %d %s over them; about %.0f MB in"
                        + " all",
                rows,
                dim,
                features / 1e6,
                kept ? "in memory" : "in a temporary file, read in blocks",
                group,
                passes,
                passes == 1 ? "pass" : "passes",
                bytes / 1e6);
    }
}
