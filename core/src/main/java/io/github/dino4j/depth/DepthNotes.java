package io.github.dino4j.depth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.predict.HeadMetadata;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a depth head's tensors cannot tell, as a text in the file that a training run wrote: which layers it reads, between
 * which depths it answers, how images are prepared. {@link DepthPredictor#load} then needs no preset.
 *
 * @param layers of its backbone
 */
public record DepthNotes(DepthPreset preset, Layers layers) {
    /** Under this key among a file's metadata. */
    public static final String KEY = "dino4j.depth-head";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** As metadata of a file. */
    public Map<String, String> metadata(int depth) {
        ObjectNode json = JSON.createObjectNode()
                .put("name", preset.name())
                .put("title", preset.title())
                .put("quantity", preset.quantity().name())
                .put("min", preset.values().range().min())
                .put("max", preset.values().range().max())
                .put("spacing", preset.values().spacing().name())
                .put("weighting", preset.values().weighting().name())
                .put("choice", preset.layers().name())
                .put("norm", preset.norm())
                .put("class_token", preset.classToken().name())
                .put("readout", preset.readout().name())
                .put("upsampling", preset.upsampling())
                .put("fit", preset.fit().name())
                .put("restoration", preset.restoration().name());
        HeadMetadata.put(json, layers, depth);
        HeadMetadata.put(json, preset.normalisation());
        return Map.of(KEY, json.toString());
    }

    /**
     * The notes of a file; empty where it has none.
     *
     * @throws CheckpointException if they cannot be understood
     */
    static Optional<DepthNotes> read(Path file) {
        return HeadMetadata.text(file, KEY).map(text -> parse(file, text));
    }

    private static DepthNotes parse(Path file, String text) {
        try {
            JsonNode json = JSON.readTree(text);
            DepthPreset preset = new DepthPreset(
                    json.path("name").asText(),
                    json.path("title").asText(),
                    Quantity.valueOf(json.path("quantity").asText()),
                    new FeaturesToDepth(
                            new DepthRange(
                                    json.path("min").asDouble(),
                                    json.path("max").asDouble()),
                            FeaturesToDepth.Spacing.valueOf(json.path("spacing").asText()),
                            FeaturesToDepth.Weighting.valueOf(
                                    json.path("weighting").asText())),
                    LayerChoice.valueOf(json.path("choice").asText()),
                    json.path("norm").asBoolean(),
                    ClassToken.valueOf(json.path("class_token").asText()),
                    Readout.valueOf(json.path("readout").asText()),
                    json.path("upsampling").asInt(),
                    InputFit.valueOf(json.path("fit").asText()),
                    Restoration.valueOf(json.path("restoration").asText()),
                    HeadMetadata.normalisation(json));
            return new DepthNotes(preset, HeadMetadata.layers(json));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new CheckpointException(
                    file + ": its notes on the depth head ('" + KEY + "') cannot be understood: " + e.getMessage()
                            + ". Name a preset to go without them.",
                    e);
        }
    }
}
