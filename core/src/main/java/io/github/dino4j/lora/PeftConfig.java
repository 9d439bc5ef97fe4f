package io.github.dino4j.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What adapter_config.json says, and refuses to be misread: every feature that changes results is known or refused. */
record PeftConfig(int rank, double alpha, double dropout, Optional<String> backbone) {
    private static final long MOST_BYTES = 16 << 20;

    /** Of no effect on what a saved adapter computes. */
    private static final Set<String> HARMLESS = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "inference_mode",
            "layers_pattern",
            "layers_to_transform",
            "revision",
            "task_type",
            "peft_type",
            "peft_version",
            "megatron_core",
            "exclude_modules",
            "target_modules",
            "r",
            "lora_alpha",
            "lora_dropout",
            "qalora_group_size",
            "eva_config",
            "runtime_config",
            "ensure_weight_tying");

    /** Ways of drawing the first values that leave the base weights as they are; others change them. */
    private static final Set<String> KNOWN_STARTS = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    static PeftConfig read(Path file) {
        JsonNode json;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new CheckpointException(file + ": is larger than any config of an adapter; it is another file");
            }
            json = new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new CheckpointException(
                    file + ": is no JSON that can be read: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
        if (!json.path("peft_type").asText("LORA").equals("LORA")) {
            throw new CheckpointException(
                    file + ": peft_type is '" + json.path("peft_type").asText() + "'; Dino4J computes LORA alone");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            refuseUnknown(file, field.getKey(), field.getValue());
        }
        JsonNode rank = json.path("r");
        if (!rank.isInt() || rank.asInt() < 1) {
            throw new CheckpointException(file + ": 'r' is " + rank + ", wanted is the rank, a number above 0");
        }
        double alpha = json.path("lora_alpha").asDouble(8); // PEFT's own default
        double dropout = json.path("lora_dropout").asDouble(0);
        if (!(alpha > 0 && Double.isFinite(alpha)) || !(dropout >= 0 && dropout < 1)) {
            throw new CheckpointException(file + ": 'lora_alpha' is " + json.path("lora_alpha") + " and 'lora_dropout' "
                    + json.path("lora_dropout") + ", wanted are a number above 0 and a chance below 1");
        }
        JsonNode base = json.path("base_model_name_or_path");
        return new PeftConfig(
                rank.asInt(), alpha, dropout, base.isTextual() ? Optional.of(base.asText()) : Optional.empty());
    }

    private static void refuseUnknown(Path file, String name, JsonNode value) {
        if (HARMLESS.contains(name)) {
            return;
        }
        boolean fine = switch (name) {
            case "bias" -> value.asText("none").equals("none");
            case "init_lora_weights" -> KNOWN_STARTS.contains(value.asText());
            default ->
                value.isNull()
                        || (value.isBoolean() && !value.asBoolean())
                        || (value.isContainerNode() && value.isEmpty());
        };
        if (!fine) {
            throw new CheckpointException(
                    file + ": says \"" + name + "\": " + value + ", which Dino4J does not compute:"
                            + " plain LoRA with one rank is read. Merge the adapter with PEFT (merge_and_unload), save the model,"
                            + " and load that.");
        }
    }
}
