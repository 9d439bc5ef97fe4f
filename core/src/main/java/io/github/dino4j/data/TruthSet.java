package io.github.dino4j.data;

import io.github.dino4j.augment.LabelledBox;
import io.github.dino4j.augment.Scene;
import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.LabelImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Photos with what is known of them, and what that means: the data that a model learns from. Made of paths (and boxes, which
 * are small); photos, masks and depths are read one by one. Immutable and thread-safe.
 */
public final class TruthSet {
    private final String name;
    private final Optional<ClassList> classes;
    private final MaskFormat format;
    private final double metresPerUnit;
    private final List<Example> examples;

    TruthSet(
            String name, Optional<ClassList> classes, MaskFormat format, double metresPerUnit, List<Example> examples) {
        this.name = name;
        this.classes = classes;
        this.format = format;
        this.metresPerUnit = metresPerUnit;
        this.examples = List.copyOf(examples);
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("data set '" + name + "' is empty; give it a photo and its truth");
        }
        Set<String> names = new HashSet<>();
        for (Example example : examples) {
            if (!names.add(example.name())) {
                throw new IllegalArgumentException(
                        "data set '" + name + "' has two examples '" + example.name() + "'; give each its own name");
            }
        }
    }

    /**
     * Examples that are known already, of classes.
     *
     * @throws IllegalArgumentException if there is none, two have one name, or a class index is out of range
     */
    public static TruthSet of(String name, ClassList classes, List<Example> examples) {
        for (Example example : examples) {
            example.category().ifPresent(k -> requireClass(example, k, classes));
            example.labels().forEach(k -> requireClass(example, k, classes));
            example.boxes().forEach(box -> requireClass(example, box.label(), classes));
        }
        return new TruthSet(name, Optional.of(classes), MaskFormat.NUMBERS, 0.001, examples);
    }

    private static void requireClass(Example example, int index, ClassList classes) {
        if (index < 0 || index >= classes.size()) {
            throw new IllegalArgumentException(example.image() + ": class index " + index + " is none of '"
                    + classes.name() + "', which has 0 to " + (classes.size() - 1));
        }
    }

    /** Pairs of photo and mask, whose labels are numbers. */
    public static TruthSet masks(DataSet pairs, ClassList classes) {
        return masks(pairs, classes, MaskFormat.NUMBERS);
    }

    /** Pairs of photo and mask. */
    public static TruthSet masks(DataSet pairs, ClassList classes, MaskFormat format) {
        List<Example> examples = pairs.samples().stream()
                .map(pair -> Example.ofMask(pair.name(), pair.image(), pair.truth()))
                .toList();
        return new TruthSet(pairs.name(), Optional.of(classes), format, 0.001, examples);
    }

    /**
     * Pairs of photo and depth.
     *
     * @param metresPerUnit metres of one step of 16-bit files, see {@link DepthImage#read}
     */
    public static TruthSet depths(DataSet pairs, double metresPerUnit) {
        requireUnit(metresPerUnit);
        List<Example> examples = pairs.samples().stream()
                .map(pair -> Example.ofDepth(pair.name(), pair.image(), pair.truth()))
                .toList();
        return new TruthSet(pairs.name(), Optional.empty(), MaskFormat.NUMBERS, metresPerUnit, examples);
    }

    private static void requireUnit(double metresPerUnit) {
        if (!(metresPerUnit > 0) || Double.isInfinite(metresPerUnit)) {
            throw new IllegalArgumentException(
                    "metres of one unit are above 0, found " + metresPerUnit + "; 0.001 where files hold millimetres");
        }
    }

    /**
     * This set with depth beside what is known already (RGB-D).
     *
     * @param pairs the same photos with their depth, by name
     * @throws DataSetException naming every photo without depth
     */
    public TruthSet withDepths(DataSet pairs, double metresPerUnit) {
        requireUnit(metresPerUnit);
        Map<String, Path> depths = new HashMap<>();
        pairs.samples().forEach(pair -> depths.put(pair.name(), pair.truth()));
        List<BadFile> alone = new ArrayList<>();
        List<Example> all = new ArrayList<>();
        for (Example example : examples) {
            Path depth = depths.get(example.name());
            if (depth == null) {
                alone.add(new BadFile(
                        example.image(),
                        example.image() + ": no depth has the name '" + example.name() + "' in " + pairs.name()));
            } else {
                all.add(example.withDepth(depth));
            }
        }
        if (!alone.isEmpty()) {
            throw new DataSetException(
                    name + ": " + alone.size() + " of " + size() + " photos have no depth. Add it, or take them away:",
                    alone);
        }
        return new TruthSet(name, classes, format, metresPerUnit, all);
    }

    /** The same examples under another name. */
    public TruthSet named(String other) {
        return new TruthSet(other, classes, format, metresPerUnit, examples);
    }

    /** Some of the examples; {@code suffix} goes behind the name. */
    TruthSet part(String suffix, List<Example> some) {
        return new TruthSet(name + suffix, classes, format, metresPerUnit, some);
    }

    /** The first {@code count} examples; all of them if there are no more. */
    public TruthSet first(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one example has to be left, not " + count);
        }
        return count >= size() ? this : part(", first " + count + " of " + size(), examples.subList(0, count));
    }

    /** The first {@code count} examples of each class; all of a class that has no more. */
    public TruthSet firstOfClass(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one example of a class has to be left, not " + count);
        }
        Map<Integer, Integer> taken = new HashMap<>();
        List<Example> some = examples.stream()
                .filter(example -> taken.merge(example.category().orElse(-1), 1, Integer::sum) <= count)
                .toList();
        return part(", first " + count + " of a class", some);
    }

    public String name() {
        return name;
    }

    public int size() {
        return examples.size();
    }

    public List<Example> examples() {
        return examples;
    }

    public Example example(int index) {
        return examples.get(index);
    }

    /**
     * The classes that categories, masks or boxes tell apart.
     *
     * @throws IllegalStateException if the set has depth alone
     */
    public ClassList classes() {
        return classes.orElseThrow(() ->
                new IllegalStateException("data set '" + name + "' has no classes: its truth is" + " depth alone"));
    }

    /** The label of pixels that do not count in the scenes of this set: 255, or 65535 where 255 is a class. */
    public int ignored() {
        return classes.isPresent() && classes.get().size() > Scene.IGNORED ? 0xffff : Scene.IGNORED;
    }

    /**
     * Reads an example. Labels are class indices, or {@link #ignored()}; boxes are cut off at the photo's edges.
     *
     * @throws io.github.dino4j.image.ImageException if a file cannot be read
     * @throws IllegalArgumentException if mask or depth does not fit the photo, or a label is no class; the message names
     *     the file
     */
    public Scene read(int index) {
        return read(index, ImageDecoder.standard());
    }

    /** As {@link #read(int)}; photos are decoded as given. */
    public Scene read(int index, ImageDecoder decoder) {
        Example example = examples.get(index);
        RgbImage photo = decoder.read(example.image());
        Scene scene = Scene.of(photo);
        if (example.mask().isPresent()) {
            Path file = example.mask().get();
            LabelImage mask = mask(file);
            requireSize(file, "mask", mask.width(), mask.height(), photo);
            scene = scene.withLabels(targets(mask), ignored());
        }
        if (example.depth().isPresent()) {
            Path file = example.depth().get();
            DepthImage depth = depth(file);
            requireSize(file, "depth", depth.width(), depth.height(), photo);
            scene = scene.withDepth(DepthFrame.of(depth.width(), depth.height(), depth.metres()));
        }
        return example.boxes().isEmpty() ? scene : scene.withBoxes(inside(example.boxes(), photo));
    }

    LabelImage mask(Path file) {
        return format.read(file, classes());
    }

    DepthImage depth(Path file) {
        return DepthImage.read(file, metresPerUnit);
    }

    private int[] targets(LabelImage mask) {
        int[] targets = mask.targets(classes());
        int ignored = ignored();
        for (int i = 0; i < targets.length; i++) {
            targets[i] = targets[i] < 0 ? ignored : targets[i];
        }
        return targets;
    }

    private static List<LabelledBox> inside(List<LabelledBox> boxes, RgbImage photo) {
        return boxes.stream()
                .map(box -> box.at(box.box().clip(photo.width(), photo.height())))
                .filter(box -> box.box().area() > 0)
                .toList();
    }

    static void requireSize(Path file, String what, int width, int height, RgbImage photo) {
        if (width != photo.width() || height != photo.height()) {
            throw new IllegalArgumentException(file + ": the " + what + " is " + width + " x " + height
                    + " pixels, its photo " + photo.width() + " x " + photo.height()
                    + "; both have to show the same, pixel by pixel");
        }
    }

    /**
     * Reads every file once, to find all that is bad before hours of work, and counts what is worth seeing.
     *
     * @param threads that decode
     * @throws java.util.concurrent.CancellationException if the listener says so, or the thread is interrupted
     */
    public DataReport check(int threads, CheckListener listener) {
        return new Inspection(this).run(threads, listener);
    }

    @Override
    public String toString() {
        return "TruthSet[" + name + ", " + size() + " examples"
                + classes.map(list -> ", " + list.size() + " classes").orElse("") + "]";
    }

    /** What is known of the photos, in words: {@code "mask, depth"}. */
    String parts() {
        Example one = examples.get(0);
        return Stream.of(
                        one.category().isPresent() ? "class" : "",
                        examples.stream().anyMatch(example -> !example.labels().isEmpty()) ? "classes" : "",
                        one.mask().isPresent() ? "mask" : "",
                        one.depth().isPresent() ? "depth" : "",
                        examples.stream().anyMatch(example -> !example.boxes().isEmpty()) ? "boxes" : "")
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
