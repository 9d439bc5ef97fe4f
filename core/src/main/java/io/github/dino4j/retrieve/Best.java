package io.github.dino4j.retrieve;

import java.util.Arrays;

/** The most similar vectors of a query while others are offered; of equals the one that came first stands first. */
final class Best {
    private final float[] similarities; // the largest first
    private final int[] indices;
    private int size;

    Best(int wanted) {
        similarities = new float[wanted];
        indices = new int[wanted];
        Arrays.fill(similarities, Float.NEGATIVE_INFINITY);
    }

    void offer(float similarity, int index) {
        int at = similarities.length - 1;
        if (!(similarity > similarities[at])) {
            return;
        }
        while (at > 0 && similarity > similarities[at - 1]) {
            similarities[at] = similarities[at - 1];
            indices[at] = indices[at - 1];
            at--;
        }
        similarities[at] = similarity;
        indices[at] = index;
        size = Math.min(size + 1, similarities.length);
    }

    int size() {
        return size;
    }

    float similarity(int rank) {
        return similarities[rank];
    }

    int index(int rank) {
        return indices[rank];
    }
}
