package io.github.dino4j.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.augment.LabelledBox;
import io.github.dino4j.image.Box;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Boxes as COCO writes them: one JSON with {@code images}, {@code categories} and {@code annotations}, whose {@code bbox} is
 * left, top, width, height. Category ids, which have gaps, become class indices in the order of the ids, or in that of a
 * list that is given; {@code iscrowd} is kept, and {@code area}, the outline's, by which COCO calls objects small or large.
 */
public final class CocoBoxes {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CocoBoxes() {}

    /** Reads a file of annotations, with the classes it names; see {@link #read(Path, Path, ClassList)}. */
    public static TruthSet read(Path json, Path images) {
        return read(json, images, parse(json), Optional.empty());
    }

    /**
     * Reads a file of annotations.
     *
     * @param json such as {@code instances_val2017.json}
     * @param images folder of the photos; {@code file_name} is relative to it
     * @param classes in which the file's categories are looked up by name; it may have more
     * @throws DataSetException if it is no such file; naming every category that is no class, every photo that is missing, and
     *     every annotation of an unknown category or image, or with a box that is none
     */
    public static TruthSet read(Path json, Path images, ClassList classes) {
        return read(json, images, parse(json), Optional.of(classes));
    }

    private static TruthSet read(Path json, Path images, JsonNode root, Optional<ClassList> wanted) {
        Map<Long, String> names = new TreeMap<>();
        for (JsonNode category : array(json, root, "categories")) {
            names.put(category.path("id").asLong(), category.path("name").asText());
        }
        if (names.isEmpty()) {
            throw new DataSetException(json + ": 'categories' is empty; at least one class is wanted.", List.of());
        }
        ClassList classes =
                wanted.orElseGet(() -> ClassList.of(String.valueOf(json.getFileName()), List.copyOf(names.values())));
        Map<Long, Integer> indices = indices(json, names, classes, wanted.isPresent());
        List<BadFile> bad = new ArrayList<>();
        Map<Long, Path> photos = new LinkedHashMap<>();
        Map<Long, List<LabelledBox>> boxes = new HashMap<>();
        for (JsonNode image : array(json, root, "images")) {
            Path photo = images.resolve(image.path("file_name").asText());
            if (!Files.isRegularFile(photo)) {
                bad.add(new BadFile(photo, photo + ": no such file, but " + json.getFileName() + " names it"));
            }
            photos.put(image.path("id").asLong(), photo);
            boxes.put(image.path("id").asLong(), new ArrayList<>());
        }
        for (JsonNode annotation : array(json, root, "annotations")) {
            try {
                LabelledBox box = box(annotation, indices);
                List<LabelledBox> of = boxes.get(annotation.path("image_id").asLong());
                if (of == null) {
                    throw new IllegalArgumentException(
                            "image " + annotation.path("image_id").asText() + " is not among 'images'");
                }
                of.add(box);
            } catch (IllegalArgumentException e) {
                bad.add(new BadFile(
                        json, json + ": annotation " + annotation.path("id").asText() + ": " + e.getMessage()));
            }
        }
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    json + ": " + bad.size() + " of its entries cannot be used. Repair the file, or give the folder in"
                            + " which its photos lie:",
                    bad);
        }
        List<Example> examples = new ArrayList<>();
        photos.forEach((id, photo) -> examples.add(Example.ofBoxes(
                images.relativize(photo).toString().replace('\\', '/'), photo, boxes.getOrDefault(id, List.of()))));
        return TruthSet.of(String.valueOf(json.getFileName()), classes, examples);
    }

    private static JsonNode parse(Path json) {
        try {
            return JSON.readTree(Lines.text(json));
        } catch (JsonProcessingException e) {
            throw new DataSetException(json + ": is no JSON: " + e.getOriginalMessage(), List.of());
        }
    }

    private static JsonNode array(Path json, JsonNode root, String key) {
        JsonNode array = root.path(key);
        if (!array.isArray()) {
            throw new DataSetException(
                    json + ": has no list '" + key + "'; COCO's files have 'images', 'categories', 'annotations'.",
                    List.of());
        }
        return array;
    }

    /** Class of each category: by its name in a list that was given, else its rank among the ids, whose names may repeat. */
    private static Map<Long, Integer> indices(Path json, Map<Long, String> names, ClassList classes, boolean byName) {
        Map<Long, Integer> indices = new HashMap<>();
        List<String> unknown = new ArrayList<>();
        names.forEach((id, name) -> {
            int index = byName ? classes.names().indexOf(name) : indices.size();
            if (index < 0) {
                unknown.add("'" + name + "'");
            }
            indices.put(id, index);
        });
        if (!unknown.isEmpty()) {
            throw new DataSetException(
                    json + ": its categories " + String.join(", ", unknown) + " are not among the classes of "
                            + classes.name() + ". Add them to the list, spelled as in the file.",
                    List.of());
        }
        return indices;
    }

    private static LabelledBox box(JsonNode annotation, Map<Long, Integer> indices) {
        JsonNode box = annotation.path("bbox");
        if (box.size() != 4 || !box.get(0).isNumber()) {
            throw new IllegalArgumentException("'bbox' is " + box + ", wanted are left, top, width and height");
        }
        Integer index = indices.get(annotation.path("category_id").asLong());
        if (index == null) {
            throw new IllegalArgumentException(
                    "category " + annotation.path("category_id").asText() + " is not among 'categories'");
        }
        double width = box.get(2).asDouble();
        double height = box.get(3).asDouble();
        if (width < 0 || height < 0) {
            throw new IllegalArgumentException("'bbox' " + box + " has a negative size");
        }
        double area = annotation.path("area").asDouble(width * height);
        if (!(area >= 0 && area < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("'area' is " + area + ", wanted are square pixels, 0 or more");
        }
        return new LabelledBox(
                Box.ofSize(box.get(0).asDouble(), box.get(1).asDouble(), width, height),
                index,
                annotation.path("iscrowd").asInt() == 1,
                width * height > 0 ? area / (width * height) : 1);
    }
}
