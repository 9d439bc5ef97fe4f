package io.github.dino4j.text;

import io.github.dino4j.classify.Classification;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Predictor;

/**
 * Classes of whole photos by their names alone (CLIP, arXiv:2103.00020, section 3.1; dino.txt, arXiv:2412.16334): the class
 * whose sentences are most like the photo. Immutable; any thread may use it. Closing closes the encoder.
 */
public final class ZeroShotPredictor implements Predictor<Classification> {
    /** By what a cosine is multiplied before the softmax. */
    private static final double SHARPNESS = 100;

    private final TextEncoder encoder;
    private final ClassList classes;
    private final float[][] texts;

    /** Puts the names of the classes into words, once. */
    public ZeroShotPredictor(TextEncoder encoder, ClassList classes, PromptTemplates templates) {
        this.encoder = encoder;
        this.classes = classes;
        this.texts = encoder.classes(classes.names(), templates, false);
    }

    public TextEncoder encoder() {
        return encoder;
    }

    public ClassList classes() {
        return classes;
    }

    /**
     * The probability of each class, if it must be one of these: softmax of 100 times the cosine.
     *
     * @throws io.github.dino4j.predict.NotFiniteException if model or head give NaN or infinity
     */
    @Override
    public Classification predict(RgbImage photo) {
        double[] likeness = likeness(encoder.encode(photo));
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : likeness) {
            largest = Math.max(largest, value);
        }
        double[] probabilities = new double[likeness.length];
        double sum = 0;
        for (int k = 0; k < likeness.length; k++) {
            probabilities[k] = Math.exp(SHARPNESS * (likeness[k] - largest));
            sum += probabilities[k];
        }
        for (int k = 0; k < probabilities.length; k++) {
            probabilities[k] /= sum;
        }
        return new Classification(classes, probabilities);
    }

    /** The cosine of each class with a vector of {@link TextEncoder#encode(RgbImage)}, -1 to 1. */
    public double[] likeness(float[] photo) {
        double[] likeness = new double[texts.length];
        for (int k = 0; k < texts.length; k++) {
            for (int i = 0; i < photo.length; i++) {
                likeness[k] += (double) texts[k][i] * photo[i];
            }
        }
        return likeness;
    }

    @Override
    public void close() {
        encoder.close();
    }
}
