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
    private static final int MOST = 20;

    public KnnProbe {
        if (photos.size() != labels.length || photos.size() < 2) {
            throw new IllegalArgumentException("k-NN needs two photos, and a class for each; found " + photos.size()
                    + " photos and " + labels.length + " classes");
        }
    }

    /** Neighbours that vote: 20, a quarter of the photos where there are few. */
    public int neighbours() {
        return Math.min(MOST, Math.max(1, photos.size() / 4));
    }

    /** Share of the photos whose class their neighbours tell. */
    double accuracy(float[][] features) {
        FeatureRows rows = FeatureRows.of(features);
        Knn.Options options = new Knn.Options(java.util.List.of(neighbours()), 0.07, Knn.Vote.SOFTMAX, true);
        int[] told = new Knn(rows, labels, classes, options).predict(rows, neighbours());
        int right = 0;
        for (int i = 0; i < told.length; i++) {
            right += told[i] == labels[i] ? 1 : 0;
        }
        return (double) right / told.length;
    }
}
