package io.github.dino4j.segment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.export.ExportException;
import io.github.dino4j.export.NpyFile;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.visual.AreaPicture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
     * @throws IllegalArgumentException if a size does not fit, a label is none of {@code classes}, or a confidence is NaN
     *     or infinite; the message counts them and names the first
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
        requireFinite("confidences", width, height, confidence);
        return new SegmentMap(width, height, labels, confidence, classes, null);
    }

    private static void requireFinite(String what, int width, int height, float[] values) {
        int first = -1;
        int count = 0;
        for (int i = values.length - 1; i >= 0; i--) {
            if (!Float.isFinite(values[i])) {
                first = i;
                count++;
            }
        }
        if (count > 0) {
            int category = first / (width * height);
            int row = first / width % height;
            throw new IllegalArgumentException(count + " of " + values.length + " " + what
                    + " are not finite, the first is " + values[first] + " in column " + first % width + ", row " + row
                    + (values.length > width * height ? " of class " + category : "")
                    + "; a model that gives such values was loaded incompletely or overflowed");
        }
    }

    /**
     * The class with the highest score at each place of the score map; of equal ones the first.
     *
     * @throws IllegalArgumentException if the number of classes does not fit or a score is NaN or infinite; the message counts
     *     them and names the first
     */
    public static SegmentMap of(ClassScores scores, ClassList classes) {
        classes.require(scores.classes());
        requireFinite("scores", scores.width(), scores.height(), scores.values());
        int size = scores.height() * scores.width();
        short[] labels = new short[size];
        float[] best = Arrays.copyOf(scores.values(), size);
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

    /**
     * How much of the photo a class takes.
     *
     * @param category index into the class list
     * @param fraction of all pixels of the photo, 0..1
     * @param confidence mean over the pixels of the class
     */
    public record Share(int category, String name, long pixels, double fraction, double confidence) {}

    /** The classes that occur, largest first. */
    public List<Share> shares() {
        long[] pixels = new long[classes.size()];
        double[] sum = new double[classes.size()];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != NONE) {
                pixels[labels[i]]++;
                sum[labels[i]] += confidence[i];
            }
        }
        List<Share> shares = new ArrayList<>();
        for (int k = 0; k < pixels.length; k++) {
            if (pixels[k] > 0) {
                shares.add(new Share(
                        k, classes.nameOf(k), pixels[k], (double) pixels[k] / labels.length, sum[k] / pixels[k]));
            }
        }
        shares.sort(Comparator.comparingLong(Share::pixels).reversed());
        return List.copyOf(shares);
    }

    /**
     * The classes' colours over the photo, thin borders between them, and to the right each class that occurs with its
     * share of the photo. Pixels without a class show the photo.
     *
     * @throws IllegalArgumentException if the photo has another size
     */
    public RgbImage overlay(RgbImage photo) {
        Drawing.requireSize(photo, width, height, "its map");
        List<AreaPicture.Area> legend = new ArrayList<>();
        int[] entry = new int[classes.size()];
        for (Share share : shares()) {
            entry[share.category()] = legend.size();
            legend.add(new AreaPicture.Area(
                    share.name(), classes.colourOf(share.category()), Drawing.percent(share.fraction())));
        }
        int[] areas = new int[labels.length];
        Arrays.setAll(areas, i -> labels[i] == NONE ? AreaPicture.NONE : entry[labels[i]]);
        return AreaPicture.withLegend(AreaPicture.over(photo, areas, legend, Drawing.OPACITY), legend);
    }

    /** The bare map: the colour of each pixel's class, black where there is none. */
    public RgbImage colours() {
        byte[] rgb = new byte[3 * labels.length];
        for (int i = 0; i < labels.length; i++) {
            Drawing.put(rgb, i, labels[i] == NONE ? 0 : classes.colourOf(labels[i]));
        }
        return RgbImage.of(width, height, rgb);
    }

    /**
     * Writes the labels as a PNG whose palette holds the classes' colours, or as a 16-bit grey one where a label is
     * beyond 255. {@link #NONE} becomes the label that the class list ignores, else 255 or 65535. {@link LabelImage}
     * reads both; labels count from 0 whatever the data set's own files do, so compare under
     * {@code classes.withZeroIsUnlabelled(false)}. The file appears whole or not at all.
     */
    public void writeIndexedPng(Path file) throws IOException {
        LabelPng.write(file, width, height, labels, classes);
    }

    /** Writes {@link #toJson()}; the file appears whole or not at all. */
    public void writeJson(Path file) throws IOException {
        CocoJson.write(file, toJson());
    }

    /**
     * COCO's form: {@code width}, {@code height}, and under {@code segments} for each class that occurs
     * {@code category_id} (index into the class list), {@code category}, {@code segmentation} (RLE), {@code area} in
     * pixels, {@code bbox} [x, y, width, height] and {@code score}, the mean confidence. Largest class first.
     */
    public ObjectNode toJson() {
        ObjectNode json = CocoJson.photo(width, height, classes);
        ArrayNode segments = json.putArray("segments");
        Map<Integer, Rle> masks = Rle.each(width, height, i -> labels[i]);
        for (Share share : shares()) {
            Rle mask = Objects.requireNonNull(masks.get(share.category()));
            segments.add(CocoJson.segment(share.category(), classes, mask, mask.box(), share.confidence()));
        }
        return json;
    }

    /**
     * Writes the scores of all classes as NumPy's .npy, float32 [K, h, w]; the file appears whole or not at all.
     *
     * @throws ExportException if the map came without scores
     */
    public void writeScores(Path file) throws IOException {
        if (scores == null) {
            throw new ExportException(file + ": the map holds no scores of all classes, only the winners'."
                    + " Ask the predictor to keep them.");
        }
        NpyFile.write(file, scores.values(), scores.classes(), scores.height(), scores.width());
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
