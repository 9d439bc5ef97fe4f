package io.github.dino4j.classify;

import java.util.Arrays;

/**
 * The most similar rows for each of several queries, kept sorted while candidates are offered in ascending order; of equals
 * the one that came first stands first.
 */
final class Nearest {
    private final int wanted;
    private final float[] similarities; // [queries, wanted], the largest first
    private final int[] indices;

    Nearest(int queries, int wanted) {
        this.wanted = wanted;
        similarities = new float[queries * wanted];
        indices = new int[queries * wanted];
        Arrays.fill(similarities, Float.NEGATIVE_INFINITY);
    }

    void offer(int query, float similarity, int index) {
        int from = query * wanted;
        int at = from + wanted - 1;
        if (!(similarity > similarities[at])) {
            return;
        }
        while (at > from && similarity > similarities[at - 1]) {
            similarities[at] = similarities[at - 1];
            indices[at] = indices[at - 1];
            at--;
        }
        similarities[at] = similarity;
        indices[at] = index;
    }

    float similarity(int query, int rank) {
        return similarities[query * wanted + rank];
    }

    int index(int query, int rank) {
        return indices[query * wanted + rank];
    }
}
