package io.github.dino4j.data;

import io.github.dino4j.augment.LabelledBox;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A photo's file and what is known of it: any of the parts may be missing, and a set has the same parts throughout.
 *
 * @param name unique within its set; mostly the path below the folder, without the ending, with slashes
 * @param image the photo
 * @param category class of the whole photo, an index into the set's classes
 * @param mask file with a class for each pixel
 * @param depth file with a depth for each pixel
 * @param boxes around objects, in pixels of the photo, as the file has them; empty where a photo shows none
 * @param labels classes of the whole photo, where it may have any number of them
 */
public record Example(
        String name,
        Path image,
        OptionalInt category,
        Optional<Path> mask,
        Optional<Path> depth,
        List<LabelledBox> boxes,
        List<Integer> labels) {
    public Example {
        boxes = List.copyOf(boxes);
        labels = List.copyOf(labels);
    }

    /** Without several labels. */
    public Example(
            String name,
            Path image,
            OptionalInt category,
            Optional<Path> mask,
            Optional<Path> depth,
            List<LabelledBox> boxes) {
        this(name, image, category, mask, depth, boxes, List.of());
    }

    /** A photo of any number of classes. */
    public static Example ofLabels(String name, Path image, List<Integer> labels) {
        return new Example(name, image, OptionalInt.empty(), Optional.empty(), Optional.empty(), List.of(), labels);
    }

    /** A photo of a class. */
    public static Example ofCategory(String name, Path image, int category) {
        return new Example(name, image, OptionalInt.of(category), Optional.empty(), Optional.empty(), List.of());
    }

    /** A photo with a mask. */
    public static Example ofMask(String name, Path image, Path mask) {
        return new Example(name, image, OptionalInt.empty(), Optional.of(mask), Optional.empty(), List.of());
    }

    /** A photo with depth. */
    public static Example ofDepth(String name, Path image, Path depth) {
        return new Example(name, image, OptionalInt.empty(), Optional.empty(), Optional.of(depth), List.of());
    }

    /** A photo with boxes, which may be none. */
    public static Example ofBoxes(String name, Path image, List<LabelledBox> boxes) {
        return new Example(name, image, OptionalInt.empty(), Optional.empty(), Optional.empty(), boxes);
    }

    /** The same with depth beside what is known already: RGB-D. */
    public Example withDepth(Path file) {
        return new Example(name, image, category, mask, Optional.of(file), boxes, labels);
    }
}
