package io.github.dino4j.classify;

/** Tells classes by features of a whole image, without a backbone of its own. Immutable. */
public interface FeatureClassifier {
    /** Number of classes. */
    int classes();

    /** Values of a feature. */
    int dim();

    /**
     * A share of 1 for each class [classes].
     *
     * @param feature [dim]
     * @throws IllegalArgumentException if it has another length, or values that are not finite
     */
    double[] probabilities(float[] feature);

    /** Refuses what {@link #probabilities} cannot read. */
    default void requireFeature(float[] feature) {
        if (feature.length != dim()) {
            throw new IllegalArgumentException("the classifier was made of features of " + dim() + " values, found "
                    + feature.length + "; take the backbone and the input that it was made with");
        }
        FeatureRows.requireFinite(feature, dim(), 0, "the given");
    }
}
