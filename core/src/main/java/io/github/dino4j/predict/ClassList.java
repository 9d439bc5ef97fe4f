package io.github.dino4j.predict;

import java.awt.Color;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The classes that a head tells apart: for output k of the head the name and the colour at index k, and how files with
 * the truth number them. Immutable.
 *
 * @param name of the data set, such as {@code ade20k}
 * @param names one a class
 * @param colours {@code 0xRRGGBB}, one a class
 * @param ignored the label that files give to pixels that do not count; mostly 255
 * @param zeroIsUnlabelled whether files number the classes from 1 and leave 0 to pixels without a label, as ADE20K's do
 *     ("reduce zero label")
 */
public record ClassList(
        String name, List<String> names, List<Integer> colours, OptionalInt ignored, boolean zeroIsUnlabelled) {
    /** The usual label of pixels that do not count. */
    public static final int IGNORED = 255;

    private static final Pattern LINE = Pattern.compile("(.*?)(?:\\s+#([0-9a-fA-F]{6}))?");

    public ClassList {
        names = List.copyOf(names);
        colours = List.copyOf(colours);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("class list '" + name + "' is empty; name at least one class");
        }
        if (names.size() != colours.size()) {
            throw new IllegalArgumentException("class list '" + name + "' has " + names.size() + " names and "
                    + colours.size() + " colours; give one colour a class");
        }
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isBlank()) {
                throw new IllegalArgumentException("class list '" + name + "': class " + i + " has no name");
            }
            if (colours.get(i) >>> 24 != 0) {
                throw new IllegalArgumentException(String.format(
                        "class list '%s': colour %08x of class %d ('%s') is not 0xRRGGBB",
                        name, colours.get(i), i, names.get(i)));
            }
        }
        if (ignored.isPresent() && ignored.getAsInt() < 0) {
            throw new IllegalArgumentException("class list '" + name + "': the ignored label is a label of a file, 0 or"
                    + " more, found " + ignored.getAsInt());
        }
    }

    /** Names with colours of {@link #palette}; the ignored label is 255, or 65535 where 255 is a class. */
    public static ClassList of(String name, List<String> names) {
        return new ClassList(name, names, palette(names.size()), usuallyIgnored(names.size()), false);
    }

    /** Classes without names of their own: {@code class 0}, {@code class 1}, ... */
    public static ClassList numbered(int count) {
        return of(
                "numbered",
                IntStream.range(0, count).mapToObj(i -> "class " + i).toList());
    }

    /**
     * A list that the library carries: {@code ade20k}, {@code camvid}, {@code cityscapes}, {@code coco-stuff-171},
     * {@code imagenet-1k} (in the order of the published classifiers), {@code voc2012}.
     *
     * @throws IllegalArgumentException if it carries none of that name; the message lists the names
     */
    public static ClassList named(String name) {
        return BuiltInClasses.get(name);
    }

    /** What {@link #named} knows, in alphabetical order. */
    public static List<String> builtIn() {
        return BuiltInClasses.NAMES;
    }

    /**
     * Reads a text file with one class a line: its name, and behind it, if wanted, its colour as {@code #rrggbb}. Empty
     * lines at the end are passed over; an empty line between two classes is an error, since it would shift the rest.
     *
     * @throws IllegalArgumentException if the file cannot be read or a line is empty
     */
    public static ClassList read(Path file) {
        List<String> lines;
        try {
            lines = new ArrayList<>(Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file. Check the path.", e);
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException(file + ": not UTF-8 text; wanted one class name a line", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isBlank()) {
            lines.remove(lines.size() - 1);
        }
        if (lines.isEmpty()) {
            throw new IllegalArgumentException(file + ": no class in it; wanted one class name a line");
        }
        List<Integer> spread = palette(lines.size());
        List<String> names = new ArrayList<>();
        List<Integer> colours = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = LINE.matcher(lines.get(i).strip());
            if (!line.matches() || line.group(1).isBlank()) {
                throw new IllegalArgumentException(file + ", line " + (i + 1)
                        + ": no class name; wanted 'name' or 'name #rrggbb', and no empty line between classes");
            }
            names.add(line.group(1));
            colours.add(line.group(2) == null ? spread.get(i) : Integer.valueOf(line.group(2), 16));
        }
        String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
        return new ClassList(name, names, colours, usuallyIgnored(names.size()), false);
    }

    /**
     * Colours that lie far apart, the same on every machine: the hue goes on by the golden angle, so that any first n
     * are spread, while brightness and saturation take turns.
     */
    public static List<Integer> palette(int count) {
        float[] saturation = {0.75f, 0.55f, 0.9f};
        float[] brightness = {0.95f, 0.7f, 0.85f, 0.55f};
        return IntStream.range(0, count)
                .mapToObj(i -> Color.HSBtoRGB((float) (0.02 + i * 0.381966 % 1), saturation[i % 3], brightness[i % 4])
                        & 0xffffff)
                .toList();
    }

    private static OptionalInt usuallyIgnored(int classes) {
        return OptionalInt.of(classes <= IGNORED ? IGNORED : 0xffff);
    }

    /** How many classes there are. */
    public int size() {
        return names.size();
    }

    public String nameOf(int index) {
        return names.get(Objects.checkIndex(index, size()));
    }

    /** {@code 0xRRGGBB}. */
    public int colourOf(int index) {
        return colours.get(Objects.checkIndex(index, size()));
    }

    /**
     * The class that a label in a file stands for, or -1 where its pixels do not count. A label that is out of range
     * gives a class that is: {@link #size()} or more.
     */
    public int classOf(int label) {
        boolean counts = !(zeroIsUnlabelled && label == 0) && ignored.orElse(-1) != label;
        if (!counts) {
            return -1;
        }
        return zeroIsUnlabelled ? label - 1 : label;
    }

    /** The label by which files name a class: the inverse of {@link #classOf}. */
    public int labelOf(int index) {
        return zeroIsUnlabelled ? index + 1 : index;
    }

    public ClassList withIgnored(OptionalInt label) {
        return new ClassList(name, names, colours, label, zeroIsUnlabelled);
    }

    public ClassList withZeroIsUnlabelled(boolean unlabelled) {
        return new ClassList(name, names, colours, ignored, unlabelled);
    }

    /**
     * Returns this list where it fits a head.
     *
     * @param outputs of the head
     * @throws IllegalArgumentException if the list has another number of classes
     */
    public ClassList require(int outputs) {
        if (size() != outputs) {
            throw new IllegalArgumentException((size() < outputs ? "fewer" : "more") + " class names than outputs: '"
                    + name + "' names " + size() + " classes, the head has " + outputs
                    + " outputs. Give the list that the head was trained with, as a text file with one name a line"
                    + " (ClassList.read), or number the classes (ClassList.numbered(" + outputs + ")).");
        }
        return this;
    }

    @Override
    public String toString() {
        return "ClassList[" + name + ", " + size() + " classes]";
    }
}
