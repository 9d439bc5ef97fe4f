package io.github.dino4j.data;

import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Photos sorted into one folder a class: {@code FOLDER/CLASS/*.jpg}, the layout of ImageNet and many others. */
public final class ClassFolders {
    private ClassFolders() {}

    /**
     * Reads a folder. The classes have the order of {@code classes.txt} in it or beside it, if there is one, else that of
     * their names.
     *
     * @throws DataSetException if there is no class, a class has no photo, or {@code classes.txt} and the folders differ
     */
    public static TruthSet read(Path folder) {
        Optional<Path> list = Stream.of(
                        folder, folder.toAbsolutePath().normalize().getParent())
                .filter(place -> place != null && Files.isRegularFile(place.resolve("classes.txt")))
                .map(place -> place.resolve("classes.txt"))
                .findFirst();
        return read(
                folder,
                list.map(ClassList::read).orElseGet(() -> ClassList.of(folder.toString(), List.copyOf(names(folder)))));
    }

    /** As {@link #read(Path)}, with the classes in a given order. */
    public static TruthSet read(Path folder, ClassList classes) {
        Set<String> folders = names(folder);
        List<BadFile> bad = new ArrayList<>();
        List<Example> examples = new ArrayList<>();
        for (int k = 0; k < classes.size(); k++) {
            Path place = folder.resolve(classes.nameOf(k));
            if (!folders.remove(classes.nameOf(k))) {
                bad.add(new BadFile(place, place + ": the class has no folder"));
                continue;
            }
            List<Path> photos = photos(place, bad);
            for (Path photo : photos) {
                String name = folder.relativize(photo).toString().replace('\\', '/');
                examples.add(Example.ofCategory(name, photo, k)); // with its ending: two kinds of file may share a stem
            }
        }
        folders.forEach(name -> bad.add(
                new BadFile(folder.resolve(name), folder.resolve(name) + ": no class of '" + classes.name() + "'")));
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    folder + ": its folders and the classes of '" + classes.name()
                            + "' do not agree. Each class needs a"
                            + " folder of its name with at least one photo; correct classes.txt or the folders:",
                    bad);
        }
        return TruthSet.of(folder.toString(), classes, examples);
    }

    private static List<Path> photos(Path place, List<BadFile> bad) {
        try {
            return ImageFolder.of(place);
        } catch (ImageException e) {
            bad.add(new BadFile(place, place + ": no photo in it (" + endings() + ")"));
            return List.of();
        }
    }

    private static String endings() {
        return String.join(", ", new TreeSet<>(ImageFolder.EXTENSIONS)).toLowerCase(Locale.ROOT);
    }

    private static Set<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataSetException(folder + ": no such folder. Check the path.", List.of());
        }
        try (Stream<Path> entries = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            entries.filter(Files::isDirectory)
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> !name.startsWith("."))
                    .forEach(names::add);
            if (names.isEmpty()) {
                throw new DataSetException(
                        folder + ": no folder in it; wanted is one folder a class, FOLDER/CLASS/*.jpg.", List.of());
            }
            return names;
        } catch (IOException e) {
            throw new DataSetException(folder + ": cannot be listed: " + e.getMessage(), List.of());
        }
    }
}
