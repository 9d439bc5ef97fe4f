package io.github.dino4j.correspond;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.Orientation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.LabelImage;
import io.github.dino4j.segment.SegmentMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * Which object each pixel of a frame belongs to, as its file numbers them; 0 is the background. Immutable.
 *
 * <p>Files are those of DAVIS: a palette PNG whose indices count the objects, or a grey one, such as white on black; or an RGB
 * picture, black the background, each other colour an object, numbered from 1 in the order of the colours' values.
 */
public final class ObjectMask {
    private static final int MOST_OBJECTS = 254;

    private final int width;
    private final int height;
    private final int[] labels; // the file's
    private final int[] objects; // the file's labels that occur, ascending, 0 first
    private final ClassList classes;

    private ObjectMask(int width, int height, int[] labels, String name) {
        this.width = width;
        this.height = height;
        this.labels = labels;
        TreeSet<Integer> found = new TreeSet<>(List.of(0));
        for (int label : labels) {
            found.add(label);
        }
        if (found.size() > MOST_OBJECTS + 1) {
            throw new IllegalArgumentException(
                    name + ": has " + (found.size() - 1) + " objects, at most " + MOST_OBJECTS
                            + " are followed. A mask that was saved as JPEG has lost its numbers; save it as PNG.");
        }
        objects = found.stream().mapToInt(Integer::intValue).toArray();
        List<String> names = new ArrayList<>(List.of("background"));
        List<Integer> colours = new ArrayList<>(List.of(0x202020));
        int last = objects[objects.length - 1];
        List<Integer> palette = ClassList.palette(last + 1);
        for (int label = 1; label <= last; label++) {
            names.add("object " + label);
            colours.add(palette.get(label));
        }
        classes = new ClassList("objects", names, colours, OptionalInt.empty(), false);
    }

    /** Labels [height * width], row by row, 0 (background) to 65535; copied. */
    public static ObjectMask of(int width, int height, int[] labels) {
        return new ObjectMask(
                width, height, LabelImage.of(width, height, labels).labels(), "the mask");
    }

    /**
     * Reads a mask.
     *
     * @throws ImageException if the file cannot be read
     * @throws IllegalArgumentException if it has more objects than can be followed
     */
    public static ObjectMask read(Path file) {
        RgbImage picture = ImageDecoder.with(ImageDecoder.Options.standard().withOrientation(Orientation.IGNORE))
                .read(file);
        int[] labels;
        if (isNumbered(file)) {
            labels = LabelImage.read(file).labels();
        } else {
            labels = new int[picture.width() * picture.height()];
            Arrays.setAll(labels, i -> picture.pixel(i % picture.width(), i / picture.width()));
            int[] colours = Arrays.stream(labels)
                    .distinct()
                    .filter(c -> c != 0)
                    .sorted()
                    .toArray();
            for (int i = 0; i < labels.length; i++) {
                labels[i] = labels[i] == 0 ? 0 : 1 + Arrays.binarySearch(colours, labels[i]);
            }
        }
        return new ObjectMask(picture.width(), picture.height(), labels, file.toString());
    }

    /**
     * Reads a palette or grey PNG, whose numbers mean the same in every frame; the colours of an RGB picture would not.
     *
     * @throws ImageException if it cannot be read, or is a colour picture
     */
    public static ObjectMask readNumbered(Path file) {
        LabelImage image = LabelImage.read(file);
        return new ObjectMask(image.width(), image.height(), image.labels(), file.toString());
    }

    /** A palette or grey PNG; other files have colours. */
    private static boolean isNumbered(Path file) {
        try {
            LabelImage.read(file);
            return true;
        } catch (ImageException e) {
            return false;
        }
    }

    /** Columns. */
    public int width() {
        return width;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** The file's numbers of the objects, ascending, without the background. */
    public int[] objects() {
        return Arrays.copyOfRange(objects, 1, objects.length);
    }

    /** Names and colours, by the file's number. */
    public ClassList classes() {
        return classes;
    }

    /** Pixels [height * width] of an object. */
    public boolean[] pixels(int object) {
        boolean[] pixels = new boolean[labels.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = labels[i] == object;
        }
        return pixels;
    }

    /** For each pixel the place of its object among those that occur; 0 is the background. */
    short[] places() {
        short[] places = new short[labels.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = (short) Arrays.binarySearch(objects, labels[i]);
        }
        return places;
    }

    /** Background and objects. */
    int count() {
        return objects.length;
    }

    /** A map of the same objects under the file's numbers. */
    SegmentMap map(short[] places, float[] confidence, int mapWidth, int mapHeight) {
        short[] numbers = new short[places.length];
        for (int i = 0; i < places.length; i++) {
            numbers[i] = (short) objects[places[i]];
        }
        return SegmentMap.of(mapWidth, mapHeight, numbers, confidence, classes);
    }

    /** The mask as a map, to draw it. */
    public SegmentMap map() {
        float[] sure = new float[labels.length];
        Arrays.fill(sure, 1);
        return map(places(), sure, width, height);
    }

    @Override
    public String toString() {
        return "ObjectMask[" + width + " x " + height + ", " + (objects.length - 1) + " objects]";
    }
}
