package io.github.dino4j.classify;

/** Class numbers beside feature rows. */
final class Labels {
    private Labels() {}

    /** Refuses labels that do not fit their rows or classes. */
    static int[] require(int[] labels, FeatureRows rows, int classes) {
        if (labels.length != rows.size()) {
            throw new IllegalArgumentException(
                    labels.length + " labels do not belong to " + rows.size() + " features; give one label a feature");
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        "label " + i + " is " + labels[i] + "; there are classes 0 to " + (classes - 1));
            }
        }
        return labels.clone();
    }

    /** Index of the largest; the lowest of equals. */
    static int best(double[] scores) {
        int best = 0;
        for (int k = 1; k < scores.length; k++) {
            if (scores[k] > scores[best]) {
                best = k;
            }
        }
        return best;
    }
}
