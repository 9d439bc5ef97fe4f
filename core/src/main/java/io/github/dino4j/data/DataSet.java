package io.github.dino4j.data;

import io.github.dino4j.image.ImageFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Photos and their truth, in pairs, in the order of their names. Made of paths alone: nothing is read before a check or a
 * run. Immutable.
 */
public final class DataSet {
    private final String name;
    private final List<Sample> samples;

    private DataSet(String name, List<Sample> samples) {
        this.name = name;
        this.samples = List.copyOf(samples);
    }

    /**
     * Pairs that are known already.
     *
     * @throws IllegalArgumentException if there is none, or two have one name
     */
    public static DataSet of(String name, List<Sample> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("data set '" + name + "' is empty; give it a photo and its truth");
        }
        Set<String> names = new HashSet<>();
        for (Sample sample : samples) {
            if (!names.add(sample.name())) {
                throw new IllegalArgumentException(
                        "data set '" + name + "' has two samples '" + sample.name() + "'; give each its own name");
            }
        }
        return new DataSet(name, samples);
    }

    /**
     * Two folders whose files are paired by their path below the folder, without the ending: {@code images/a/1.jpg} and
     * {@code masks/a/1.png}. Hidden files and those of other kinds are passed over.
     *
     * @param truths masks as PNG, or depths as PNG, TIFF or .npy
     * @throws DataSetException naming every photo without truth, every truth without photo, and photos that differ in
     *     nothing but the ending
     */
    public static DataSet ofFolders(String name, Path images, Path truths) {
        List<BadFile> bad = new ArrayList<>();
        Map<String, Path> photos = byStem(images, ImageFolder.EXTENSIONS, bad);
        Set<String> endings = new HashSet<>(ImageFolder.EXTENSIONS);
        endings.add("npy");
        Map<String, Path> measured = byStem(truths, endings, bad);
        if (photos.isEmpty() || measured.isEmpty()) {
            Path empty = photos.isEmpty() ? images : truths;
            throw new DataSetException(
                    empty + ": no file in it that could be used; wanted is a folder of "
                            + (photos.isEmpty() ? "photos." : "masks (.png) or depths (.png, .tif, .npy)."),
                    List.of());
        }
        List<Sample> samples = new ArrayList<>();
        photos.forEach((stem, photo) -> {
            Path truth = measured.remove(stem);
            if (truth == null) {
                bad.add(new BadFile(photo, photo + ": has no '" + stem + "' in " + truths));
            } else {
                samples.add(new Sample(stem, photo, truth));
            }
        });
        measured.forEach((stem, truth) -> bad.add(new BadFile(truth, truth + ": has no '" + stem + "' in " + images)));
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    "the photos in " + images + " and their truth in " + truths + " do not pair; " + bad.size()
                            + (bad.size() == 1 ? " file stands" : " files stand")
                            + " alone. Files of a pair have one name but for the ending; add what is missing, or take"
                            + " away what is too much:",
                    bad);
        }
        return new DataSet(name, samples);
    }

    /**
     * CamVid as the SegNet tutorial lays it out: {@code FOLDER/SPLIT/images} and {@code FOLDER/SPLIT/labels}.
     *
     * @param split {@code train}, {@code val} or {@code test}
     */
    public static DataSet camVid(Path folder, String split) {
        Path part = folder.resolve(split);
        return ofFolders("CamVid " + split, part.resolve("images"), part.resolve("labels"));
    }

    /** Frames of ICL-NUIM: {@code FOLDER/color} and {@code FOLDER/depth}, whose unit is 0.001 m. */
    public static DataSet iclNuim(Path folder) {
        return ofFolders("ICL-NUIM " + folder.getFileName(), folder.resolve("color"), folder.resolve("depth"));
    }

    private static Map<String, Path> byStem(Path folder, Set<String> endings, List<BadFile> bad) {
        if (!Files.isDirectory(folder)) {
            throw new DataSetException(folder + ": no such folder. Check the path.", List.of());
        }
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            walk.filter(Files::isRegularFile)
                    .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .filter(file -> endings.contains(ending(file)))
                    .sorted(Comparator.comparing(Path::toString))
                    .forEach(file -> {
                        Path other = files.putIfAbsent(stem(folder, file), file);
                        if (other != null) {
                            bad.add(new BadFile(file, file + ": differs from " + other + " in nothing but the ending"));
                        }
                    });
        } catch (IOException | UncheckedIOException e) {
            throw new DataSetException(folder + ": cannot be listed: " + e.getMessage(), List.of());
        }
        return files;
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static String stem(Path folder, Path file) {
        String path = folder.relativize(file).toString().replace('\\', '/');
        return path.substring(0, path.lastIndexOf('.'));
    }

    public String name() {
        return name;
    }

    /** The pairs, by name. */
    public List<Sample> samples() {
        return samples;
    }

    public int size() {
        return samples.size();
    }

    /** The first {@code count} pairs; the name says so. All of them if there are no more. */
    public DataSet first(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one pair has to be left, not " + count);
        }
        return count >= size()
                ? this
                : new DataSet(name + ", first " + count + " of " + size(), samples.subList(0, count));
    }

    @Override
    public String toString() {
        return "DataSet[" + name + ", " + size() + " pairs]";
    }
}
