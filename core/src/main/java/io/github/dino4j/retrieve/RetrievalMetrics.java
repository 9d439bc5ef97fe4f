package io.github.dino4j.retrieve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Mean average precision and precision at k over queries, as Revisited Oxford and Paris (arXiv:1803.11285) and Holidays
 * define them: the area under precision over recall by trapezoids, where each positive's step takes the mean of the
 * precisions just before and at it. Queries without positives are left out of the means. A builder for one thread.
 */
public final class RetrievalMetrics {
    private final List<Integer> ks;
    private final List<Double> precisions = new ArrayList<>(); // NaN for queries without positives
    private final double[] atK;
    private int counted;

    /** With precision at these numbers of images, such as 1, 5, 10. */
    public RetrievalMetrics(Integer... ks) {
        this.ks = List.of(ks);
        this.atK = new double[ks.length];
    }

    /**
     * Adds a query.
     *
     * @param ranking numbers of images, the nearest first; positives that it lacks count as never found
     */
    public void add(RankedTruth truth, int[] ranking) {
        int[] ranks = ranks(truth.positives(), truth.junk(), ranking);
        if (truth.positives().isEmpty()) {
            precisions.add(Double.NaN);
            return;
        }
        precisions.add(averagePrecision(ranks, truth.positives().size()));
        counted++;
        if (ranks.length > 0) {
            int last = ranks[ranks.length - 1] + 1;
            for (int i = 0; i < atK.length; i++) {
                // A query with fewer images to rank than k is measured over as many as it takes to find them all.
                int k = Math.min(last, ks.get(i));
                atK[i] += (double) Arrays.stream(ranks).filter(rank -> rank < k).count() / k;
            }
        }
    }

    /** Ranks of the positives, ascending from 0, after the junk has been taken out. */
    static int[] ranks(Set<Integer> positives, Set<Integer> junk, int[] ranking) {
        int[] ranks = new int[positives.size()];
        int found = 0;
        int rank = 0;
        for (int image : ranking) {
            if (junk.contains(image)) {
                continue;
            }
            if (positives.contains(image)) {
                ranks[found++] = rank;
            }
            rank++;
        }
        return Arrays.copyOf(ranks, found);
    }

    /**
     * Average precision by trapezoids.
     *
     * @param ranks of the positives that were found, ascending, counted from 0
     * @param positives that there are
     */
    public static double averagePrecision(int[] ranks, int positives) {
        double sum = 0;
        for (int found = 0; found < ranks.length; found++) {
            double before = ranks[found] == 0 ? 1 : (double) found / ranks[found];
            double at = (found + 1.0) / (ranks[found] + 1);
            sum += (before + at) / 2;
        }
        return sum / positives;
    }

    /** Queries with positives. */
    public int queries() {
        return counted;
    }

    /** Queries without, which count for nothing. */
    public int withoutPositives() {
        return precisions.size() - counted;
    }

    /** Average precision of each query in the order in which they were added, 0..1; NaN where it has no positives. */
    public double[] averagePrecisions() {
        return precisions.stream().mapToDouble(ap -> ap).toArray();
    }

    /** Mean average precision, 0..1; NaN without queries. */
    public double map() {
        return precisions.stream()
                        .filter(ap -> !ap.isNaN())
                        .mapToDouble(ap -> ap)
                        .sum()
                / counted;
    }

    /** The numbers of images at which precision is told. */
    public List<Integer> ks() {
        return ks;
    }

    /** Mean precision among the first k, one for each of {@link #ks}; NaN without queries. */
    public double[] precisionsAt() {
        return Arrays.stream(atK).map(sum -> sum / counted).toArray();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "mAP %.2f %%", 100 * map()));
        double[] at = precisionsAt();
        for (int i = 0; i < at.length; i++) {
            text.append(String.format(Locale.ROOT, ", P@%d %.2f %%", ks.get(i), 100 * at[i]));
        }
        return text + " over " + counted + (counted == 1 ? " query" : " queries");
    }
}
