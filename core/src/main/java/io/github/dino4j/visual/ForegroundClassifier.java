package io.github.dino4j.visual;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.predict.Features;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells foreground patches from background ones after a few images with masks: logistic regression on patch tokens
 * (DINOv3's foreground segmentation notebook). Immutable.
 */
public final class ForegroundClassifier {
    /** Inverse strength of the penalty in the notebook. */
    public static final double C = 0.1;

    /** Score above which a patch counts as foreground in the notebook's PCA picture. */
    public static final double THRESHOLD = 0.5;

    /** Patches that a mask covers by less or leaves free by less than this teach; those on the border do not. */
    private static final float BORDER = 0.01f;

    private final LogisticRegression regression;
    private final int dim;

    private ForegroundClassifier(LogisticRegression regression, int dim) {
        this.regression = regression;
        this.dim = dim;
    }

    /**
     * Learns from images and how much of each of their patches is foreground.
     *
     * @param coverage [h * w] for each image, 0..1, see {@link #coverage}
     * @param c inverse strength of the penalty, {@link #C} in the notebook
     * @throws IllegalArgumentException if the masks leave no whole patch of foreground or none of background
     */
    public static ForegroundClassifier train(List<Features> images, List<float[]> coverage, double c) {
        List<float[]> samples = new ArrayList<>();
        List<Boolean> labels = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            Features image = images.get(i);
            for (int p = 0; p < coverage.get(i).length; p++) {
                float covered = coverage.get(i)[p];
                if (covered < BORDER || covered > 1 - BORDER) {
                    samples.add(image.patch(p / image.width(), p % image.width()));
                    labels.add(covered > 1 - BORDER);
                }
            }
        }
        boolean[] positive = new boolean[labels.size()];
        for (int i = 0; i < positive.length; i++) {
            positive[i] = labels.get(i);
        }
        if (!labels.contains(true) || !labels.contains(false)) {
            throw new IllegalArgumentException("the masks leave no whole patch of "
                    + (labels.contains(true) ? "background" : "foreground")
                    + " to learn from; white is foreground, black is background");
        }
        return new ForegroundClassifier(
                LogisticRegression.fit(samples, positive, c), images.get(0).dim());
    }

    /**
     * Share [h * w] of each patch that a mask covers.
     *
     * @param mask the mask, white on black, through the sizing of its image, without normalisation
     * @param patch pixels of a side of a patch
     */
    public static float[] coverage(Pixels mask, int patch) {
        int height = mask.height() / patch;
        int width = mask.width() / patch;
        float[] sums = new float[height * width];
        for (int y = 0; y < height * patch; y++) {
            for (int x = 0; x < width * patch; x++) {
                sums[y / patch * width + x / patch] += mask.values()[y * mask.width() + x]; // red speaks for grey
            }
        }
        for (int p = 0; p < sums.length; p++) {
            sums[p] /= patch * patch;
        }
        return sums;
    }

    /** w [C] of the logit w x + b of a patch token x being foreground. */
    public float[] weights() {
        return regression.weights();
    }

    /** b. */
    public float bias() {
        return regression.bias();
    }

    /** Probability [h * w] that each patch is foreground. */
    public float[] scores(Features image) {
        if (image.dim() != dim) {
            throw new IllegalArgumentException(
                    "the classifier was trained on tokens of " + dim + " values, these have " + image.dim());
        }
        float[] patches = image.patches();
        float[] scores = new float[image.height() * image.width()];
        for (int p = 0; p < scores.length; p++) {
            scores[p] = (float) regression.probability(patches, p * dim);
        }
        return scores;
    }

    /** Foreground [h * w]: scores through a 3 x 3 median, zeros outside, above a threshold. */
    public boolean[] foreground(Features image, double threshold) {
        float[] scores = scores(image);
        int height = image.height();
        int width = image.width();
        boolean[] foreground = new boolean[scores.length];
        float[] window = new float[9];
        for (int p = 0; p < scores.length; p++) {
            for (int k = 0; k < 9; k++) {
                int y = p / width + k / 3 - 1;
                int x = p % width + k % 3 - 1;
                window[k] = y < 0 || y >= height || x < 0 || x >= width ? 0 : scores[y * width + x];
            }
            Arrays.sort(window);
            foreground[p] = window[4] > threshold;
        }
        return foreground;
    }
}
