package io.github.dino4j.predict;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/** The class lists in the library's resources, read when asked for. */
final class BuiltInClasses {
    static final List<String> NAMES =
            List.of("ade20k", "camvid", "cityscapes", "coco-stuff-171", "imagenet-1k", "voc2012");

    private BuiltInClasses() {}

    static ClassList get(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no class list '" + name + "' in the library; it carries "
                    + String.join(", ", NAMES) + ". Read your own with ClassList.read: one name a line.");
        }
        String resource = "classes-" + name + ".json";
        try (InputStream in = Objects.requireNonNull(BuiltInClasses.class.getResourceAsStream(resource), resource)) {
            JsonNode json = new ObjectMapper().readTree(in);
            List<String> names = new ArrayList<>();
            List<Integer> colours = new ArrayList<>();
            for (JsonNode row : json.path("classes")) {
                names.add(row.get(0).textValue());
                if (row.has(1)) {
                    colours.add(Integer.valueOf(row.get(1).textValue().substring(1), 16));
                }
            }
            return new ClassList(
                    name,
                    names,
                    colours.isEmpty() ? ClassList.palette(names.size()) : colours,
                    json.has("ignored") ? OptionalInt.of(json.get("ignored").intValue()) : OptionalInt.empty(),
                    json.path("zero_is_unlabelled").asBoolean());
        } catch (IOException e) {
            throw new UncheckedIOException("the class list " + resource + " of the library cannot be read", e);
        }
    }
}
