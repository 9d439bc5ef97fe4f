package io.github.dino4j.segment;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.Orientation;
import io.github.dino4j.image.PngSamples;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The truth of a photo as its file gives it: one label a pixel, 0 to 65535. What a label means is up to a
 * {@link ClassList}: which one is ignored, and whether 0 stands for "unlabelled". Immutable.
 */
public final class LabelImage {
    private final String name;
    private final int width;
    private final int height;
    private final short[] labels; // unsigned

    private LabelImage(String name, int width, int height, short[] labels) {
        this.name = name;
        this.width = width;
        this.height = height;
        this.labels = labels;
    }

    /** Labels [height * width], row by row, each 0 to 65535; copied. */
    public static LabelImage of(int width, int height, int[] labels) {
        if (width < 1 || height < 1 || labels.length != (long) width * height) {
            throw new IllegalArgumentException(
                    labels.length + " labels do not make an image of " + width + " x " + height);
        }
        short[] copy = new short[labels.length];
        for (int i = 0; i < copy.length; i++) {
            if (labels[i] < 0 || labels[i] > 0xffff) {
                throw new IllegalArgumentException(
                        "a label lies in 0..65535, found " + labels[i] + " at (" + i % width + ", " + i / width + ")");
            }
            copy[i] = (short) labels[i];
        }
        return new LabelImage("the true mask", width, height, copy);
    }

    /**
     * Reads a palette PNG (its indices are the labels) or a grey one of up to 16 bits.
     *
     * @throws ImageException if the file cannot be read or is a colour picture
     */
    public static LabelImage read(Path file) {
        PngSamples png = PngSamples.read(file);
        if (png.channels() != 1) {
            throw new ImageException(file + ": is "
                    + switch (png.channels()) {
                        case 2 -> "a grey picture with transparency";
                        case 3 -> "an RGB picture";
                        default -> "an RGB picture with transparency";
                    }
                    + ", not class numbers; a mask is a palette or grey PNG. If each class has its colour, read it with"
                    + " LabelImage.readColours and a class list with these colours.");
        }
        short[] labels = new short[png.width() * png.height()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (short) png.at(i % png.width(), i / png.width(), 0);
        }
        return new LabelImage(file.toString(), png.width(), png.height(), labels);
    }

    /**
     * Reads a picture in which every class has its colour, exactly.
     *
     * @param classes whose colours these are
     * @param ignored colours {@code 0xRRGGBB} of pixels that do not count, such as black for "void"
     * @throws ImageException if the file cannot be read or has a colour of no class, or of two
     */
    public static LabelImage readColours(Path file, ClassList classes, int... ignored) {
        if (ignored.length > 0 && classes.ignored().isEmpty() && !classes.zeroIsUnlabelled()) {
            throw new IllegalArgumentException("class list '" + classes.name()
                    + "' has no label for ignored pixels; give it one with ClassList.withIgnored");
        }
        RgbImage picture = ImageDecoder.with(ImageDecoder.Options.standard().withOrientation(Orientation.IGNORE))
                .read(file);
        Map<Integer, Integer> byColour = new HashMap<>();
        Map<Integer, String> ambiguous = new HashMap<>();
        for (int k = 0; k < classes.size(); k++) {
            Integer other = byColour.put(classes.colourOf(k), k);
            if (other != null) {
                ambiguous.put(classes.colourOf(k), classes.nameOf(other) + "' and '" + classes.nameOf(k));
            }
        }
        for (int colour : ignored) {
            byColour.put(colour, -1);
        }
        short[] labels = new short[picture.width() * picture.height()];
        for (int i = 0; i < labels.length; i++) {
            int colour = picture.pixel(i % picture.width(), i / picture.width());
            Integer index = byColour.get(colour);
            if (index == null || (index >= 0 && ambiguous.containsKey(colour))) {
                throw new ImageException(String.format(
                        "%s: colour #%06x at (%d, %d) belongs to %s of '%s'. %s",
                        file,
                        colour,
                        i % picture.width(),
                        i / picture.width(),
                        index == null ? "no class" : "the classes '" + ambiguous.get(colour) + "'",
                        classes.name(),
                        index == null
                                ? "Name it as a colour to ignore, or give the class list that the mask was painted"
                                        + " with; a mask saved as JPEG has lost its colours."
                                : "Give a class list in which each has its own."));
            }
            labels[i] = (short)
                    (index >= 0 ? classes.labelOf(index) : classes.ignored().orElse(0));
        }
        return new LabelImage(file.toString(), picture.width(), picture.height(), labels);
    }

    /** Columns. */
    public int width() {
        return width;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** The label in column x, row y as the file has it. */
    public int label(int x, int y) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("pixel (" + x + ", " + y + ") of a mask " + width + " x " + height);
        }
        return labels[y * width + x] & 0xffff;
    }

    /** All labels [height * width] as the file has them, row by row. */
    public int[] labels() {
        int[] all = new int[labels.length];
        Arrays.setAll(all, i -> labels[i] & 0xffff);
        return all;
    }

    /**
     * The class of each pixel [height * width], row by row: 0 to K - 1, or -1 where it does not count.
     *
     * @throws IllegalArgumentException if a label is no class; the message names it and its place
     */
    public int[] targets(ClassList classes) {
        int[] targets = new int[labels.length];
        for (int i = 0; i < targets.length; i++) {
            int label = labels[i] & 0xffff;
            targets[i] = classes.classOf(label);
            if (targets[i] >= classes.size()) {
                String range = classes.labelOf(0) + " to " + classes.labelOf(classes.size() - 1);
                String passed = classes.ignored().isPresent()
                        ? " (and " + classes.ignored().getAsInt() + " for pixels that do not count)"
                        : "";
                throw new IllegalArgumentException(name + ": label " + label + " at (" + i % width + ", " + i / width
                        + ") is no class of '" + classes.name() + "', whose " + classes.size()
                        + " classes have the labels " + range + passed + ". Give the class list of this data set"
                        + (label == 0 || label == classes.size() ? ", or say whether 0 is unlabelled" : "") + ".");
            }
        }
        return targets;
    }

    /**
     * The truth as a map, to draw it or to compare; pixels that do not count become {@link SegmentMap#NONE}.
     *
     * @throws IllegalArgumentException if a label is no class
     */
    public SegmentMap map(ClassList classes) {
        int[] targets = targets(classes);
        short[] map = new short[targets.length];
        float[] sure = new float[targets.length];
        for (int i = 0; i < map.length; i++) {
            map[i] = (short) targets[i];
            sure[i] = 1;
        }
        return SegmentMap.of(width, height, map, sure, classes);
    }

    @Override
    public String toString() {
        return "LabelImage[" + name + ", " + width + " x " + height + "]";
    }
}
