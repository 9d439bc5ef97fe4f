package io.github.dino4j.segment;

import io.github.dino4j.predict.ClassList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A class for every pixel of a photo: the result of semantic segmentation. Immutable; arrays are taken over on the way in
 * and copied on the way out.
 */
public final class SegmentMap {
    /** The label of a pixel without a class, such as an ignored one of a true mask. */
    public static final int NONE = -1;

    private final int width;
    private final int height;
    private final short[] labels;
    private final float[] confidence;
    private final ClassList classes;
    private final @Nullable ClassScores scores;

    private SegmentMap(
            int width,
            int height,
            short[] labels,
            float[] confidence,
            ClassList classes,
            @Nullable ClassScores scores) {
        this.width = width;
        this.height = height;
        this.labels = labels;
        this.confidence = confidence;
        this.classes = classes;
        this.scores = scores;
    }

    /**
     * Takes the arrays over.
     *
     * @param width of the photo
     * @param height of the photo
     * @param labels [height * width], row by row: 0 to K - 1, or {@link #NONE}
     * @param confidence [height * width]: probability or score of the winning class
     * @throws IllegalArgumentException if a size does not fit or a label is none of {@code classes}
     */
    public static SegmentMap of(int width, int height, short[] labels, float[] confidence, ClassList classes) {
        if (width < 1 || height < 1 || labels.length != (long) width * height || confidence.length != labels.length) {
            throw new IllegalArgumentException(labels.length + " labels and " + confidence.length
                    + " confidences do not make a map of " + width + " x " + height);
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < NONE || labels[i] >= classes.size()) {
                throw new IllegalArgumentException("label " + labels[i] + " at (" + i % width + ", " + i / width
                        + ") is no class of " + classes.name() + ", which has 0 to " + (classes.size() - 1));
            }
        }
        return new SegmentMap(width, height, labels, confidence, classes, null);
    }

    /** The class with the highest score at each place of the score map; of equal ones the first. */
    public static SegmentMap of(ClassScores scores, ClassList classes) {
        classes.require(scores.classes());
        int size = scores.height() * scores.width();
        short[] labels = new short[size];
        float[] best = java.util.Arrays.copyOf(scores.values(), size);
        for (int k = 1, at = size; k < scores.classes(); k++) {
            for (int i = 0; i < size; i++, at++) {
                if (scores.values()[at] > best[i]) {
                    best[i] = scores.values()[at];
                    labels[i] = (short) k;
                }
            }
        }
        return of(scores.width(), scores.height(), labels, best, classes).withScores(scores);
    }

    /** The same with the scores it came from, of any size. */
    public SegmentMap withScores(ClassScores scores) {
        classes.require(scores.classes());
        return new SegmentMap(width, height, labels, confidence, classes, scores);
    }

    /** Columns of the photo. */
    public int width() {
        return width;
    }

    /** Rows of the photo. */
    public int height() {
        return height;
    }

    public ClassList classes() {
        return classes;
    }

    /** The class in column x, row y: 0 to K - 1, or {@link #NONE}. */
    public int label(int x, int y) {
        return labels[index(x, y)];
    }

    /** All labels [height * width], row by row; a copy. */
    public short[] labels() {
        return labels.clone();
    }

    /** Probability or score of the winning class in column x, row y. */
    public float confidence(int x, int y) {
        return confidence[index(x, y)];
    }

    /** All confidences [height * width], row by row; a copy. */
    public float[] confidences() {
        return confidence.clone();
    }

    /** The scores of all classes, where the predictor was asked to keep them. */
    public Optional<ClassScores> scores() {
        return Optional.ofNullable(scores);
    }

    private int index(int x, int y) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("pixel (" + x + ", " + y + ") of a map " + width + " x " + height);
        }
        return y * width + x;
    }

    @Override
    public String toString() {
        return "SegmentMap[" + width + " x " + height + ", " + classes.name() + "]";
    }
}
