package io.github.dino4j.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.augment.LabelledBox;
import io.github.dino4j.image.Box;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A file of annotations as COCO writes it, under its own numbers of images and categories: what result files refer to. Photos are
 * not looked at; {@link CocoBoxes} joins them. Immutable.
 */
public final class CocoAnnotations {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How far a box may reach over the edge: tools count pixels from 0 or 1, with the last one or without. */
    private static final double SLACK = 1;

    private final ClassList classes;
    private final Map<Long, Integer> categories;
    private final Map<Long, String> images;
    private final Map<Long, List<LabelledBox>> boxes;

    private CocoAnnotations(
            ClassList classes,
            Map<Long, Integer> categories,
            Map<Long, String> images,
            Map<Long, List<LabelledBox>> boxes) {
        this.classes = classes;
        this.categories = categories;
        this.images = images;
        this.boxes = boxes;
    }

    /** Reads a file with the classes it names, in the order of their numbers. */
    public static CocoAnnotations read(Path json) {
        return complete(json, Optional.empty());
    }

    /**
     * Reads a file.
     *
     * @param classes in which the file's categories are looked up by name; it may have more
     * @throws DataSetException if it is no such file; naming every category that is no class, and every annotation of an
     *     unknown category or image, or with a box that is none or lies outside of its image
     */
    public static CocoAnnotations read(Path json, ClassList classes) {
        return complete(json, Optional.of(classes));
    }

    private static CocoAnnotations complete(Path json, Optional<ClassList> wanted) {
        List<BadFile> bad = new ArrayList<>();
        CocoAnnotations read = read(json, wanted, bad);
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    json + ": " + bad.size() + " of its annotations cannot be used. Repair the file:", bad);
        }
        return read;
    }

    /** The same; what cannot be used is added to {@code bad} and left out. */
    static CocoAnnotations read(Path json, Optional<ClassList> wanted, List<BadFile> bad) {
        JsonNode root = parse(json);
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
        Map<Long, String> images = new LinkedHashMap<>();
        Map<Long, JsonNode> sizes = new HashMap<>();
        Map<Long, List<LabelledBox>> boxes = new HashMap<>();
        for (JsonNode image : array(json, root, "images")) {
            long id = image.path("id").asLong();
            images.put(id, image.path("file_name").asText());
            sizes.put(id, image);
            boxes.put(id, new ArrayList<>());
        }
        for (JsonNode annotation : array(json, root, "annotations")) {
            try {
                long image = annotation.path("image_id").asLong();
                LabelledBox box = box(annotation, indices);
                List<LabelledBox> of = boxes.get(image);
                if (of == null) {
                    throw new IllegalArgumentException(
                            "image " + annotation.path("image_id").asText() + " is not among 'images'");
                }
                requireInside(box.box(), sizes.getOrDefault(image, root));
                of.add(box);
            } catch (IllegalArgumentException e) {
                bad.add(new BadFile(
                        json, json + ": annotation " + annotation.path("id").asText() + ": " + e.getMessage()));
            }
        }
        return new CocoAnnotations(classes, indices, images, boxes);
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
        Integer index = indices.get(annotation.path("category_id").asLong());
        if (index == null) {
            throw new IllegalArgumentException(
                    "category " + annotation.path("category_id").asText() + " is not among 'categories'");
        }
        Box box = box(annotation);
        double area = annotation.path("area").asDouble(box.area());
        if (!(area >= 0 && area < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("'area' is " + area + ", wanted are square pixels, 0 or more");
        }
        return new LabelledBox(
                box, index, annotation.path("iscrowd").asInt() == 1, box.area() > 0 ? area / box.area() : 1);
    }

    /** The {@code bbox} of a row. */
    static Box box(JsonNode row) {
        JsonNode box = row.path("bbox");
        if (box.size() != 4
                || !box.get(0).isNumber()
                || !box.get(1).isNumber()
                || !box.get(2).isNumber()
                || !box.get(3).isNumber()) {
            throw new IllegalArgumentException("'bbox' is " + box + ", wanted are left, top, width and height");
        }
        double width = box.get(2).asDouble();
        double height = box.get(3).asDouble();
        if (width < 0 || height < 0) {
            throw new IllegalArgumentException("'bbox' " + box + " has a negative size");
        }
        return Box.ofSize(box.get(0).asDouble(), box.get(1).asDouble(), width, height);
    }

    /** Where the file tells the size of the image. */
    private static void requireInside(Box box, JsonNode image) {
        double width = image.path("width").asDouble(Double.POSITIVE_INFINITY);
        double height = image.path("height").asDouble(Double.POSITIVE_INFINITY);
        if (box.x0() < -SLACK || box.y0() < -SLACK || box.x1() > width + SLACK || box.y1() > height + SLACK) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "its box from (%.1f, %.1f) to (%.1f, %.1f) reaches out of image %s, %.0f x %.0f",
                    box.x0(),
                    box.y0(),
                    box.x1(),
                    box.y1(),
                    image.path("id").asText(),
                    width,
                    height));
        }
    }

    public ClassList classes() {
        return classes;
    }

    /** The class of each category, by the file's number. */
    public Map<Long, Integer> categories() {
        return Collections.unmodifiableMap(categories);
    }

    /** File names by the file's numbers, in its order. */
    public Map<Long, String> images() {
        return Collections.unmodifiableMap(images);
    }

    /** What an image shows, in its pixels; empty where it shows nothing or is unknown. */
    public List<LabelledBox> boxes(long image) {
        return List.copyOf(boxes.getOrDefault(image, List.of()));
    }
}
