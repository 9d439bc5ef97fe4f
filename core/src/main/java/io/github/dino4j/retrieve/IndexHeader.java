package io.github.dino4j.retrieve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What an index says of itself, as texts of Lucene's commits, so that it changes with them or not at all. */
record IndexHeader(Spaces spaces, IndexOptions options) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORMAT = "format";
    private static final String VERSION = "dino4j image index 1";
    private static final String WHOLE = "whole";
    private static final String PARTS = "parts";
    private static final String OPTIONS = "options";

    Map<String, String> toTexts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(FORMAT, VERSION);
        texts.put(WHOLE, json(spaces.whole()).toString());
        spaces.parts().ifPresent(space -> texts.put(PARTS, json(space).toString()));
        ObjectNode json = JSON.createObjectNode();
        json.put("storage", options.storage().name().toLowerCase(Locale.ROOT));
        options.reduced().ifPresent(dim -> json.put("reduced", dim));
        json.put("connections", options.connections());
        json.put("beam", options.beam());
        json.set("notes", JSON.valueToTree(options.notes()));
        texts.put(OPTIONS, json.toString());
        return texts;
    }

    /** @throws RetrievalException if the texts are those of something else */
    static IndexHeader of(Map<String, String> texts, String where) {
        String format = texts.get(FORMAT);
        if (!VERSION.equals(format)) {
            throw new RetrievalException(where + " is "
                    + (format == null ? "a Lucene index of another program" : "of the format '" + format + "'")
                    + ", wanted '" + VERSION + "'. Build it with 'dino4j index' of this version.");
        }
        try {
            JsonNode options = JSON.readTree(texts.getOrDefault(OPTIONS, ""));
            return new IndexHeader(
                    new Spaces(
                            space(texts.getOrDefault(WHOLE, "")),
                            texts.containsKey(PARTS) ? Optional.of(space(texts.get(PARTS))) : Optional.empty()),
                    new IndexOptions(
                            IndexOptions.Storage.valueOf(
                                    options.path("storage").asText().toUpperCase(Locale.ROOT)),
                            options.has("reduced")
                                    ? OptionalInt.of(options.path("reduced").asInt())
                                    : OptionalInt.empty(),
                            options.path("connections").asInt(),
                            options.path("beam").asInt(),
                            texts(options.path("notes"))));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new RetrievalException(
                    where + ": what the index says of itself cannot be read (" + e.getMessage()
                            + "). Build it again with 'dino4j index'.",
                    e);
        }
    }

    private static ObjectNode json(FeatureSpace space) {
        ObjectNode json = JSON.createObjectNode();
        json.put("name", space.name());
        json.put("dim", space.dim());
        json.set("settings", JSON.valueToTree(space.settings()));
        return json;
    }

    private static FeatureSpace space(String text) throws JsonProcessingException {
        JsonNode json = JSON.readTree(text);
        return new FeatureSpace(json.path("name").asText(), json.path("dim").asInt(), texts(json.path("settings")));
    }

    /** A flat object as a map. */
    static Map<String, String> texts(JsonNode json) {
        Map<String, String> map = new LinkedHashMap<>();
        json.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }
}
