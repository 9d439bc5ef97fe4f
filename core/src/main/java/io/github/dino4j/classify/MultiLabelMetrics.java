package io.github.dino4j.classify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Mean average precision where an image may have several classes: for each class the mean, over its true images, of the
 * precision down to their score; images of equal score come together, whatever their order. An accumulator for one thread.
 */
public final class MultiLabelMetrics {
    private final List<List<Scored>> classes = new ArrayList<>();

    private record Scored(double score, boolean truth) {}

    public MultiLabelMetrics(int classes) {
        for (int k = 0; k < classes; k++) {
            this.classes.add(new ArrayList<>());
        }
    }

    /**
     * Counts an image.
     *
     * @param scores one a class
     * @param truth whether it has each class
     */
    public void add(double[] scores, boolean[] truth) {
        if (scores.length != classes.size() || truth.length != classes.size()) {
            throw new IllegalArgumentException(
                    "wanted " + classes.size() + " scores and truths, found " + scores.length + " and " + truth.length);
        }
        for (int k = 0; k < scores.length; k++) {
            if (Double.isNaN(scores[k])) {
                throw new IllegalArgumentException("the score of class " + k + " is NaN");
            }
            classes.get(k).add(new Scored(scores[k], truth[k]));
        }
    }

    /** Average precision of a class; NaN if no image has it. */
    public double averagePrecision(int category) {
        List<Scored> sorted = new ArrayList<>(classes.get(category));
        sorted.sort(Comparator.comparingDouble(scored -> -scored.score()));
        long positives = sorted.stream().filter(Scored::truth).count();
        double sum = 0;
        long right = 0;
        for (int i = 0; i < sorted.size(); ) {
            long before = right;
            double score = sorted.get(i).score();
            for (; i < sorted.size() && sorted.get(i).score() == score; i++) {
                right += sorted.get(i).truth() ? 1 : 0;
            }
            sum += (double) (right - before) * right / i;
        }
        return positives == 0 ? Double.NaN : sum / positives;
    }

    /** Mean over the classes that some image has; NaN if none has. */
    public double meanAveragePrecision() {
        double sum = 0;
        int present = 0;
        for (int k = 0; k < classes.size(); k++) {
            double one = averagePrecision(k);
            if (!Double.isNaN(one)) {
                sum += one;
                present++;
            }
        }
        return present == 0 ? Double.NaN : sum / present;
    }
}
