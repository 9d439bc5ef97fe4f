package io.github.dino4j.classify;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Predictor;

/**
 * Classes of photos by a backbone and a few examples of each class; nothing is trained beforehand. Immutable; any thread may
 * use it. Closing frees nothing: the model stays the caller's.
 */
public final class FewShotPredictor implements Predictor<Classification> {
    private final FeatureReader reader;
    private final FeatureClassifier classifier;
    private final ClassList classes;

    /**
     * A predictor over features.
     *
     * @throws IllegalArgumentException if widths or numbers of classes differ
     */
    public FewShotPredictor(FeatureReader reader, FeatureClassifier classifier, ClassList classes) {
        if (reader.dim() != classifier.dim()) {
            throw new IllegalArgumentException("the classifier reads features of " + classifier.dim()
                    + " values, the backbone gives " + reader.dim());
        }
        this.reader = reader;
        this.classifier = classifier;
        this.classes = classes.require(classifier.classes());
    }

    public ClassList classes() {
        return classes;
    }

    @Override
    public Classification predict(RgbImage photo) {
        return new Classification(classes, classifier.probabilities(reader.read(photo)));
    }

    @Override
    public void close() {}
}
