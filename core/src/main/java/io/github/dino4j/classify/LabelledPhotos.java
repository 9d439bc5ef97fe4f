package io.github.dino4j.classify;

import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Photos with a class each, as class folders have them: {@code FOLDER/CLASS/*.jpg}.
 *
 * @param labels class numbers, one a photo
 */
public record LabelledPhotos(ClassList classes, List<Path> photos, List<Integer> labels) {
    public LabelledPhotos {
        photos = List.copyOf(photos);
        labels = List.copyOf(labels);
        if (photos.size() != labels.size()) {
            throw new IllegalArgumentException(photos.size() + " photos and " + labels.size() + " labels");
        }
        for (int label : labels) {
            if (label < 0 || label >= classes.size()) {
                throw new IllegalArgumentException("label " + label + " is none of " + classes);
            }
        }
    }

    /**
     * Reads a folder of class folders; classes are numbered in the order of their names.
     *
     * @throws IllegalArgumentException if it has no class folder, or one has no image
     */
    public static LabelledPhotos of(Path folder) {
        List<Path> folders = folders(folder);
        if (folders.isEmpty()) {
            throw new IllegalArgumentException(
                    folder + ": no class folders are in it; wanted FOLDER/CLASS/photo.jpg, one folder a class");
        }
        ClassList classes = ClassList.of(
                String.valueOf(folder.getFileName()),
                folders.stream().map(f -> String.valueOf(f.getFileName())).toList());
        return read(folder, classes);
    }

    /**
     * The same with the classes of another folder, such as the one that was trained on; a class without a folder has no
     * photo.
     *
     * @throws IllegalArgumentException if a folder is none of the classes
     */
    public static LabelledPhotos of(Path folder, ClassList classes) {
        return read(folder, classes);
    }

    private static LabelledPhotos read(Path folder, ClassList classes) {
        List<Path> photos = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (Path one : folders(folder)) {
            String name = String.valueOf(one.getFileName());
            int label = classes.names().indexOf(name);
            if (label < 0) {
                throw new IllegalArgumentException(one + ": '" + name + "' is none of the " + classes.size()
                        + " classes of " + classes.name() + "; rename the folder, or move it away");
            }
            List<Path> images = ImageFolder.of(one);
            if (images.isEmpty()) {
                throw new IllegalArgumentException(one + ": no image is in this class folder; add one, or remove it");
            }
            photos.addAll(images);
            images.forEach(image -> labels.add(label));
        }
        return new LabelledPhotos(classes, photos, labels);
    }

    private static List<Path> folders(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory)
                    .filter(f -> !String.valueOf(f.getFileName()).startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    public int size() {
        return photos.size();
    }

    /** {@link #labels} as an array of its own. */
    public int[] labelArray() {
        return labels.stream().mapToInt(i -> i).toArray();
    }
}
