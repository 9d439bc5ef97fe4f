package io.github.dino4j.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.weights.CheckpointException;
import java.util.Map;
import java.util.Optional;

/** The configuration that a file of ours carries as JSON, whole. */
final class DinoTxtNotes {
    static final String KEY = "dino4j.dinotxt";
    private static final ObjectMapper JSON = new ObjectMapper();

    private DinoTxtNotes() {}

    static Map<String, String> of(DinoTxtConfig config) {
        VisionConfig v = config.vision();
        TextConfig t = config.text();
        ObjectNode json = JSON.createObjectNode().put("embed_dim", config.embedDim());
        json.putObject("vision")
                .put("dim", v.dim())
                .put("heads", v.heads())
                .put("blocks", v.blocks())
                .put("hidden", v.hidden())
                .put("class_token", v.classToken())
                .put("patch_tokens", v.patchTokens())
                .put("projection", v.projection())
                .put("pooling", v.pooling().name())
                .put("patch_layer", v.patchLayer());
        ObjectNode text = json.putObject("text")
                .put("context", t.context())
                .put("vocabulary", t.vocabulary())
                .put("dim", t.dim())
                .put("heads", t.heads())
                .put("layers", t.layers())
                .put("hidden", t.hidden())
                .put("causal", t.causal())
                .put("head_blocks", t.headBlocks())
                .put("head_causal", t.headCausal())
                .put("projection", t.projection())
                .put("pooling", t.pooling().name());
        t.layerScale().ifPresent(init -> text.put("layer_scale", init));
        return Map.of(KEY, json.toString());
    }

    static DinoTxtConfig read(String source, String note) {
        try {
            JsonNode json = JSON.readTree(note);
            JsonNode v = json.path("vision");
            JsonNode t = json.path("text");
            VisionConfig vision = new VisionConfig(
                    v.path("dim").asInt(),
                    v.path("heads").asInt(),
                    v.path("blocks").asInt(),
                    v.path("hidden").asInt(),
                    v.path("class_token").asBoolean(),
                    v.path("patch_tokens").asBoolean(),
                    v.path("projection").asBoolean(),
                    VisionConfig.Pooling.valueOf(v.path("pooling").asText()),
                    v.path("patch_layer").asInt());
            TextConfig text = new TextConfig(
                    t.path("context").asInt(),
                    t.path("vocabulary").asInt(),
                    t.path("dim").asInt(),
                    t.path("heads").asInt(),
                    t.path("layers").asInt(),
                    t.path("hidden").asInt(),
                    t.path("causal").asBoolean(),
                    t.has("layer_scale") ? Optional.of(t.path("layer_scale").asDouble()) : Optional.empty(),
                    t.path("head_blocks").asInt(),
                    t.path("head_causal").asBoolean(),
                    t.path("projection").asBoolean(),
                    TextConfig.Pooling.valueOf(t.path("pooling").asText()));
            return new DinoTxtConfig(json.path("embed_dim").asInt(), vision, text);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new CheckpointException(
                    source + ": its note '" + KEY + "' is damaged: " + e.getMessage() + ". Get the file again.", e);
        }
    }
}
