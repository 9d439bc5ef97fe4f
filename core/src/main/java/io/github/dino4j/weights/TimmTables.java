package io.github.dino4j.weights;

import static io.github.dino4j.weights.Rule.alias;
import static io.github.dino4j.weights.Rule.clsPosition;
import static io.github.dino4j.weights.Rule.joinBiases;
import static io.github.dino4j.weights.Rule.joinRows;
import static io.github.dino4j.weights.Rule.omit;
import static io.github.dino4j.weights.Rule.packedGate;
import static io.github.dino4j.weights.Rule.registers;
import static io.github.dino4j.weights.Rule.rename;
import static io.github.dino4j.weights.Rule.same;
import static io.github.dino4j.weights.Rule.squeeze;
import static io.github.dino4j.weights.Rule.together;

import java.util.List;
import java.util.stream.Stream;

/** Names of timm. Left the file, right the official name. DINOv1 has the official names there. */
final class TimmTables {
    private TimmTables() {}

    private static final List<Rule> DINOV2_BLOCKS = List.of(
            same("patch_embed.proj.{wb}"),
            same("blocks.{i}.norm1.{wb}"),
            same("blocks.{i}.attn.qkv.{wb}"),
            same("blocks.{i}.attn.proj.{wb}"),
            same("blocks.{i}.ls1.gamma"),
            same("blocks.{i}.norm2.{wb}"),
            packedGate("blocks.{i}.mlp.fc1", "blocks.{i}.mlp.fc2", "blocks.{i}.mlp.w12", "blocks.{i}.mlp.w3"),
            same("blocks.{i}.mlp.fc1.{wb}"),
            same("blocks.{i}.mlp.fc2.{wb}"),
            same("blocks.{i}.ls2.gamma"),
            same("norm.{wb}"),
            omit("mask_token"));

    /** vit_*_patch14_dinov2.lvd142m (VisionTransformer). */
    static final List<Rule> DINOV2 = with(DINOV2_BLOCKS, same("cls_token"), same("pos_embed"));

    /** vit_*_patch14_reg4_dinov2.lvd142m: the cls position is inside of cls_token. */
    static final List<Rule> DINOV2_REGISTERS =
            with(DINOV2_BLOCKS, clsPosition("cls_token", "pos_embed"), registers("reg_token", "register_tokens"));

    /** vit_*_patch16_dinov3*.{lvd1689m,sat493m} (Eva). Only the _qkvb files hold biases of q and v, none one of k. */
    static final List<Rule> DINOV3 = List.of(
            same("cls_token"),
            registers("reg_token", "storage_tokens"),
            same("patch_embed.proj.{wb}"),
            same("blocks.{i}.norm1.{wb}"),
            same("blocks.{i}.attn.qkv.weight"),
            joinBiases(
                    "blocks.{i}.attn.q_bias",
                    "blocks.{i}.attn.v_bias",
                    "blocks.{i}.attn.qkv.bias",
                    "blocks.{i}.attn.qkv.bias_mask"),
            same("blocks.{i}.attn.proj.{wb}"),
            rename("blocks.{i}.gamma_1", "blocks.{i}.ls1.gamma"),
            same("blocks.{i}.norm2.{wb}"),
            together(
                    List.of("blocks.{i}.mlp.fc1_g.{wb}", "blocks.{i}.mlp.fc1_x.{wb}", "blocks.{i}.mlp.fc2.{wb}"),
                    List.of("blocks.{i}.mlp.w1.{wb}", "blocks.{i}.mlp.w2.{wb}", "blocks.{i}.mlp.w3.{wb}")),
            same("blocks.{i}.mlp.fc1.{wb}"),
            same("blocks.{i}.mlp.fc2.{wb}"),
            rename("blocks.{i}.gamma_2", "blocks.{i}.ls2.gamma"),
            same("norm.{wb}"),
            omit("mask_token"),
            omit("rope_embed.periods"), // recomputed
            omit("local_cls_norm.{wb}")); // unused in inference

    /** convnext_*.dinov3_lvd1689m (ConvNeXt). */
    static final List<Rule> CONVNEXT = List.of(
            rename("stem.{j}.{wb}", "downsample_layers.0.{j}.{wb}"),
            rename("stages.{i}.downsample.{j}.{wb}", "downsample_layers.{i}.{j}.{wb}"),
            rename("stages.{i}.blocks.{j}.conv_dw.{wb}", "stages.{i}.{j}.dwconv.{wb}"),
            rename("stages.{i}.blocks.{j}.norm.{wb}", "stages.{i}.{j}.norm.{wb}"),
            squeeze("stages.{i}.blocks.{j}.mlp.fc1.{wb}", "stages.{i}.{j}.pwconv1.{wb}"),
            squeeze("stages.{i}.blocks.{j}.mlp.fc2.{wb}", "stages.{i}.{j}.pwconv2.{wb}"),
            rename("stages.{i}.blocks.{j}.gamma", "stages.{i}.{j}.gamma"),
            alias(List.of("head.norm.{wb}"), List.of("norm.{wb}", "norms.3.{wb}")));

    /** xcit_*.fb_dino: another name for the position code; newer files split q, k, v of the class attention. */
    static final List<Rule> XCIT = Stream.of(
                    List.of(rename("pos_embed.token_projection.{wb}", "pos_embeder.token_projection.{wb}")),
                    OfficialTables.XCIT,
                    List.of(joinRows(
                            List.of(
                                    "cls_attn_blocks.{i}.attn.q.{wb}",
                                    "cls_attn_blocks.{i}.attn.k.{wb}",
                                    "cls_attn_blocks.{i}.attn.v.{wb}"),
                            "cls_attn_blocks.{i}.attn.qkv.{wb}")))
            .flatMap(List::stream)
            .toList();

    private static List<Rule> with(List<Rule> rules, Rule... first) {
        return Stream.concat(Stream.of(first), rules.stream()).toList();
    }
}
