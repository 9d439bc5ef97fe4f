package io.github.dino4j.eval;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.predict.ClassList;

/**
 * What was read of the photos of a set, a row each, with their classes. Immutable by contract: the array is handed out.
 *
 * @param data the photos behind the rows, and those that could not be read
 * @param labels class numbers, one a row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LabelledFeatures(Evaluated data, ClassList classes, FeatureRows rows, int[] labels) {
    public LabelledFeatures {
        if (rows.size() != labels.length) {
            throw new IllegalArgumentException(
                    labels.length + " labels do not belong to " + rows.size() + " features; give one label a feature");
        }
    }

    /** Some of the rows. */
    LabelledFeatures part(int... indices) {
        float[][] some = new float[indices.length][];
        int[] their = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            some[i] = rows.row(indices[i]);
            their[i] = labels[indices[i]];
        }
        return new LabelledFeatures(data, classes, FeatureRows.of(some), their);
    }
}
