package io.github.dino4j.predict;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** What the notes that heads of several tasks keep in their files have in common: JSON under a key of the metadata. */
public final class HeadMetadata {
    private HeadMetadata() {}

    /** The text under a key of a safetensors file; empty if it is none, or has no such key. */
    public static Optional<String> text(Path file, String key) {
        boolean safetensors = Files.isRegularFile(file)
                && file.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors");
        return safetensors ? Optional.ofNullable(Safetensors.metadata(file).get(key)) : Optional.empty();
    }

    /**
     * Notes layers by their numbers.
     *
     * @param depth blocks of the backbone
     */
    public static void put(ObjectNode json, Layers layers, int depth) {
        ArrayNode indices = json.putArray("layers");
        Arrays.stream(layers.indices(depth)).forEach(indices::add);
    }

    /** The layers that were noted. */
    public static Layers layers(JsonNode json) {
        JsonNode layers = json.path("layers");
        return Layers.of(IntStream.range(0, layers.size())
                .map(i -> layers.path(i).asInt())
                .toArray());
    }

    /** Notes how colours are normalised, where the head has a way of its own. */
    public static void put(ObjectNode json, Optional<Normalisation> normalisation) {
        normalisation.ifPresent(n -> {
            put(json.putArray("mean"), n.mean());
            put(json.putArray("std"), n.std());
        });
    }

    /** The normalisation that was noted. */
    public static Optional<Normalisation> normalisation(JsonNode json) {
        return json.has("mean")
                ? Optional.of(Normalisation.of(floats(json.path("mean")), floats(json.path("std"))))
                : Optional.empty();
    }

    private static void put(ArrayNode array, float[] values) {
        for (float value : values) {
            array.add(value);
        }
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.path(i).asDouble();
        }
        return values;
    }
}
