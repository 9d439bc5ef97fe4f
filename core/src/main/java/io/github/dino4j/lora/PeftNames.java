package io.github.dino4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of linear layers in the libraries whose models PEFT adapts. */
public enum PeftNames {
    /** transformers' DINOv3ViTModel with a plain feed-forward network. */
    DINOV3_VIT(
            attention("layer.{i}.attention.", "q_proj", "k_proj", "v_proj", "o_proj"),
            row("layer.{i}.mlp.up_proj", Target.FC1),
            row("layer.{i}.mlp.down_proj", Target.FC2)),
    /** The same with a gated one. */
    DINOV3_VIT_GATED(
            attention("layer.{i}.attention.", "q_proj", "k_proj", "v_proj", "o_proj"),
            row("layer.{i}.mlp.gate_proj", Target.W1),
            row("layer.{i}.mlp.up_proj", Target.W2),
            row("layer.{i}.mlp.down_proj", Target.W3)),
    /** transformers' Dinov2Model and Dinov2WithRegistersModel. */
    DINOV2(
            attention(
                    "encoder.layer.{i}.attention.",
                    "attention.query",
                    "attention.key",
                    "attention.value",
                    "output.dense"),
            row("encoder.layer.{i}.mlp.fc1", Target.FC1),
            row("encoder.layer.{i}.mlp.fc2", Target.FC2),
            row("encoder.layer.{i}.mlp.weights_in", Target.W1, Target.W2),
            row("encoder.layer.{i}.mlp.weights_out", Target.W3)),
    /** transformers' ViTModel: DINOv1. */
    VIT(
            attention(
                    "encoder.layer.{i}.attention.",
                    "attention.query",
                    "attention.key",
                    "attention.value",
                    "output.dense"),
            row("encoder.layer.{i}.intermediate.dense", Target.FC1),
            row("encoder.layer.{i}.output.dense", Target.FC2)),
    /** transformers' DINOv3ConvNextModel. */
    DINOV3_CONVNEXT(
            List.of(),
            new Row("stages.{i}.layers.{j}.pointwise_conv1", "stages.{i}.{j}", List.of(Target.FC1)),
            new Row("stages.{i}.layers.{j}.pointwise_conv2", "stages.{i}.{j}", List.of(Target.FC2))),
    /** The official models, as torch.hub gives them. */
    OFFICIAL(
            List.of(),
            row("blocks.{i}.attn.qkv", Target.Q, Target.K, Target.V),
            row("blocks.{i}.attn.proj", Target.PROJ),
            row("blocks.{i}.mlp.fc1", Target.FC1),
            row("blocks.{i}.mlp.fc2", Target.FC2),
            row("blocks.{i}.mlp.w12", Target.W1, Target.W2),
            row("blocks.{i}.mlp.w1", Target.W1),
            row("blocks.{i}.mlp.w2", Target.W2),
            row("blocks.{i}.mlp.w3", Target.W3),
            new Row("cls_attn_blocks.{i}.attn.qkv", "cls_attn_blocks.{i}", List.of(Target.Q, Target.K, Target.V)),
            new Row("cls_attn_blocks.{i}.attn.proj", "cls_attn_blocks.{i}", List.of(Target.PROJ)),
            new Row("cls_attn_blocks.{i}.mlp.fc1", "cls_attn_blocks.{i}", List.of(Target.FC1)),
            new Row("cls_attn_blocks.{i}.mlp.fc2", "cls_attn_blocks.{i}", List.of(Target.FC2)),
            new Row("stages.{i}.{j}.pwconv1", "stages.{i}.{j}", List.of(Target.FC1)),
            new Row("stages.{i}.{j}.pwconv2", "stages.{i}.{j}", List.of(Target.FC2)));

    /**
     * A module and what it is.
     *
     * @param module name of the linear layer
     * @param block official name of the block that it belongs to
     * @param targets in the order of its rows
     */
    record Row(String module, String block, List<Target> targets) {
        /** The official keys of a module of this name. */
        Optional<List<String>> keys(String name) {
            String pattern =
                    Pattern.quote(module).replace("{i}", "\\E(\\d{1,6})\\Q").replace("{j}", "\\E(\\d{1,6})\\Q");
            Matcher matcher = Pattern.compile("(?:.*\\.)?" + pattern).matcher(name);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            String at = fill(block, matcher.group(1), matcher.groupCount() > 1 ? matcher.group(2) : "");
            return Optional.of(targets.stream().map(t -> at + "." + t.label()).toList());
        }

        /** The module that holds a block's targets. */
        Optional<String> module(String official) {
            String pattern =
                    Pattern.quote(block).replace("{i}", "\\E(\\d{1,6})\\Q").replace("{j}", "\\E(\\d{1,6})\\Q");
            Matcher matcher = Pattern.compile(pattern).matcher(official);
            return matcher.matches()
                    ? Optional.of(fill(module, matcher.group(1), matcher.groupCount() > 1 ? matcher.group(2) : ""))
                    : Optional.empty();
        }

        private static String fill(String template, String i, String j) {
            return template.replace("{i}", i).replace("{j}", j);
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable copy
    private final List<Row> rows;

    PeftNames(List<Row> attention, Row... others) {
        List<Row> all = new ArrayList<>(attention);
        all.addAll(List.of(others));
        rows = List.copyOf(all);
    }

    List<Row> rows() {
        return rows;
    }

    /** The official keys of a module, {@code blocks.3.q}; of one with the rows of several targets, several. */
    Optional<List<String>> keys(String module) {
        return rows.stream().flatMap(row -> row.keys(module).stream()).findFirst();
    }

    private static Row row(String module, Target... targets) {
        return new Row(module, "blocks.{i}", List.of(targets));
    }

    private static List<Row> attention(String at, String q, String k, String v, String proj) {
        return List.of(
                row(at + q, Target.Q), row(at + k, Target.K), row(at + v, Target.V), row(at + proj, Target.PROJ));
    }
}
