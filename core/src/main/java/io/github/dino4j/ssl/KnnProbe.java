package io.github.dino4j.ssl;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.classify.Knn;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;

/**
 * Photos with classes on which a training is watched: each is classified by its nearest neighbours among all others.
 *
 * @param photos as the backbone reads them, without chance
 * @param labels class numbers, one a photo
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record KnnProbe(Examples<Input> photos, int[] labels, int classes) {
    /** Neighbours that vote. */
    public static final int NEIGHBOURS = 20;

    public KnnProbe {
        if (photos.size() != labels.length || photos.size() <= NEIGHBOURS) {
            throw new IllegalArgumentException("k-NN with " + NEIGHBOURS
                    + " neighbours needs more photos than that, and" + " a class for each; found " + photos.size()
                    + " photos and " + labels.length + " classes");
        }
    }

    /** Share of the photos whose class their neighbours tell. */
    double accuracy(float[][] features) {
        FeatureRows rows = FeatureRows.of(features);
        Knn.Options options = new Knn.Options(java.util.List.of(NEIGHBOURS), 0.07, Knn.Vote.SOFTMAX, true);
        int[] told = new Knn(rows, labels, classes, options).predict(rows, NEIGHBOURS);
        int right = 0;
        for (int i = 0; i < told.length; i++) {
            right += told[i] == labels[i] ? 1 : 0;
        }
        return (double) right / told.length;
    }
}
