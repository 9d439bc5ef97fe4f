package io.github.dino4j.export;

import io.github.dino4j.predict.Features;

/** Which tokens of an image are written. The name goes into every file, so that nobody has to guess the pooling. */
public enum FeatureKind {
    /** The class token [dim]: to search and to classify. */
    CLS("cls"),
    /** The mean of the patch tokens [dim]. */
    MEAN_PATCH("mean-patch"),
    /** Both, one behind the other [2 dim]; DINOv2's linear probes read this. */
    CLS_MEAN_PATCH("cls-mean-patch"),
    /** Every patch token [rows, columns, dim]: to segment, to match. */
    DENSE("dense");

    private final String label;

    FeatureKind(String label) {
        this.label = label;
    }

    /** Values of a vector, or of one patch's where {@link #DENSE}, of a model whose tokens have {@code dim}. */
    public int width(int dim) {
        return this == CLS_MEAN_PATCH ? 2 * dim : dim;
    }

    /** Takes the values out of an image's features. */
    public float[] of(Features features) {
        return switch (this) {
            case CLS -> features.embedding();
            case MEAN_PATCH -> features.meanPatch();
            case CLS_MEAN_PATCH -> {
                float[] both = new float[2 * features.dim()];
                System.arraycopy(features.embedding(), 0, both, 0, features.dim());
                System.arraycopy(features.meanPatch(), 0, both, features.dim(), features.dim());
                yield both;
            }
            case DENSE -> features.patches();
        };
    }

    @Override
    public String toString() {
        return label;
    }
}
