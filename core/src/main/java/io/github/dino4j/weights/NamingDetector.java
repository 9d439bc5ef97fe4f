package io.github.dino4j.weights;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Recognises a naming by the names alone. One anchor, a name that only this naming has, decides; what stands before it
 * is the prefix of the backbone's tensors. The order of the questions matters.
 */
final class NamingDetector {
    /** @param prefix in front of the backbone's names, "" or ending in a dot */
    record Detected(Naming naming, String prefix) {}

    private final Set<String> names;

    private NamingDetector(Collection<String> names) {
        this.names = new LinkedHashSet<>(names);
    }

    /** Empty if no anchor is there. */
    static Optional<Detected> detect(Collection<String> names) {
        return new NamingDetector(names).detect();
    }

    private Optional<Detected> detect() {
        return anchored("embeddings.patch_embeddings.weight", Naming.HF_DINOV3_VIT)
                .or(() ->
                        prefix("embeddings.patch_embeddings.projection.weight").map(this::huggingFaceV1OrV2))
                .or(() -> prefix("stages.0.downsample_layers.0.weight").map(NamingDetector::huggingFaceConvNext))
                .or(() -> anchored("downsample_layers.0.0.weight", Naming.OFFICIAL_CONVNEXT)
                        .filter(found -> !found.prefix().endsWith("stages.0.")))
                .or(() -> anchored("stem.0.weight", Naming.TIMM_CONVNEXT)
                        .filter(found -> has(found.prefix(), "stages.0.blocks.0.conv_dw.weight")))
                .or(() -> prefix("patch_embed.proj.0.0.weight").flatMap(this::xcit))
                .or(() -> prefix("patch_embed.proj.weight").map(this::officialOrTimm))
                .or(() -> anchored("conv1.weight", Naming.RESNET50)
                        .filter(found -> has(found.prefix(), "layer1.0.conv1.weight")))
                .or(this::headOnly);
    }

    private Detected huggingFaceV1OrV2(String prefix) {
        if (names.stream().anyMatch(name -> name.endsWith("layernorm_before.weight"))) {
            return new Detected(Naming.HF_VIT, prefix);
        }
        boolean registers = has(prefix, "embeddings.register_tokens");
        return new Detected(registers ? Naming.HF_DINOV2_REGISTERS : Naming.HF_DINOV2, prefix);
    }

    /** transformers 5 writes model.stages but layer_norm: its "model." is no part of the prefix. */
    private static Detected huggingFaceConvNext(String prefix) {
        boolean version5 = prefix.equals("model.") || prefix.endsWith(".model.");
        return new Detected(
                Naming.HF_DINOV3_CONVNEXT,
                version5 ? prefix.substring(0, prefix.length() - "model.".length()) : prefix);
    }

    private Optional<Detected> xcit(String prefix) {
        if (has(prefix, "pos_embeder.token_projection.weight")) {
            return Optional.of(new Detected(Naming.OFFICIAL_XCIT, prefix));
        }
        return has(prefix, "pos_embed.token_projection.weight")
                ? Optional.of(new Detected(Naming.TIMM_XCIT, prefix))
                : Optional.empty();
    }

    private Detected officialOrTimm(String prefix) {
        return new Detected(vitNaming(prefix), prefix);
    }

    private Naming vitNaming(String prefix) {
        boolean layerScale = anyBlock(prefix, ".ls1.gamma");
        if (has(prefix, "storage_tokens") || has(prefix, "rope_embed.periods")) {
            return Naming.OFFICIAL_DINOV3;
        }
        if (!has(prefix, "pos_embed")) {
            boolean stripped = layerScale && !anyBlock(prefix, ".gamma_1"); // periods left out, no storage tokens
            return stripped ? Naming.OFFICIAL_DINOV3 : Naming.TIMM_DINOV3;
        }
        if (!layerScale && !has(prefix, "mask_token") && !has(prefix, "register_tokens")) {
            return Naming.OFFICIAL_DINOV1;
        }
        if (has(prefix, "reg_token")) {
            return Naming.TIMM_DINOV2_REGISTERS;
        }
        // Only the official naming has these; a file may lack mask_token, which is for training.
        boolean official =
                has(prefix, "mask_token") || has(prefix, "register_tokens") || anyBlock(prefix, ".mlp.w12.weight");
        return official ? Naming.OFFICIAL_DINOV2 : Naming.TIMM_DINOV2;
    }

    /** Published heads: linear classifiers, and depth or segmentation heads under decode_head. */
    private Optional<Detected> headOnly() {
        boolean head = names.equals(Set.of("weight", "bias"))
                || names.stream()
                        .anyMatch(name -> name.startsWith("module.linear.") || name.startsWith("decode_head."));
        return head ? Optional.of(new Detected(Naming.HEAD_ONLY, "")) : Optional.empty();
    }

    private Optional<Detected> anchored(String anchor, Naming naming) {
        return prefix(anchor).map(prefix -> new Detected(naming, prefix));
    }

    /**
     * What stands before the anchor. Where several models lie side by side, the teacher's; a student's only if there is
     * no other.
     */
    private Optional<String> prefix(String anchor) {
        return names.stream()
                .filter(name -> name.equals(anchor) || name.endsWith("." + anchor))
                .map(name -> name.substring(0, name.length() - anchor.length()))
                .min(Comparator.comparing((String prefix) -> !prefix.contains("teacher"))
                        .thenComparing(prefix -> prefix.contains("student"))
                        .thenComparing(String::length));
    }

    private boolean has(String prefix, String name) {
        return names.contains(prefix + name);
    }

    private boolean anyBlock(String prefix, String end) {
        return names.stream().anyMatch(name -> name.startsWith(prefix + "blocks.") && name.endsWith(end));
    }
}
