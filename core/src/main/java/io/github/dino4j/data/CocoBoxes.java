package io.github.dino4j.data;

import io.github.dino4j.predict.ClassList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Boxes as COCO writes them: one JSON with {@code images}, {@code categories} and {@code annotations}, whose {@code bbox} is
 * left, top, width, height. Category ids, which have gaps, become class indices in the order of the ids, or in that of a
 * list that is given; {@code iscrowd} is kept, and {@code area}, the outline's, by which COCO calls objects small or large.
 */
public final class CocoBoxes {
    private CocoBoxes() {}

    /** Reads a file of annotations, with the classes it names; see {@link #read(Path, Path, ClassList)}. */
    public static TruthSet read(Path json, Path images) {
        return read(json, images, Optional.empty());
    }

    /**
     * Reads a file of annotations.
     *
     * @param json such as {@code instances_val2017.json}
     * @param images folder of the photos; {@code file_name} is relative to it
     * @param classes in which the file's categories are looked up by name; it may have more
     * @throws DataSetException if it is no such file; naming every category that is no class, every photo that is missing, and
     *     every annotation of an unknown category or image, or with a box that is none or
     *     reaches out of its image
     */
    public static TruthSet read(Path json, Path images, ClassList classes) {
        return read(json, images, Optional.of(classes));
    }

    private static TruthSet read(Path json, Path images, Optional<ClassList> classes) {
        List<BadFile> bad = new ArrayList<>();
        CocoAnnotations truth = CocoAnnotations.read(json, classes, bad);
        List<Example> examples = new ArrayList<>();
        truth.images().forEach((id, file) -> {
            Path photo = images.resolve(file);
            if (!Files.isRegularFile(photo)) {
                bad.add(new BadFile(photo, photo + ": no such file, but " + json.getFileName() + " names it"));
            }
            examples.add(
                    Example.ofBoxes(images.relativize(photo).toString().replace('\\', '/'), photo, truth.boxes(id)));
        });
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    json + ": " + bad.size() + " of its entries cannot be used. Repair the file, or give the folder in"
                            + " which its photos lie:",
                    bad);
        }
        return TruthSet.of(String.valueOf(json.getFileName()), truth.classes(), examples);
    }
}
