package io.github.dino4j.weights;

import static io.github.dino4j.weights.Rule.alias;
import static io.github.dino4j.weights.Rule.registers;
import static io.github.dino4j.weights.Rule.same;

import java.util.List;

/**
 * The official Meta names themselves: what belongs to a backbone, so that the rest is known to be something else. To them
 * comes {@code depth_embed}, this library's own, of models that read depth.
 */
final class OfficialTables {
    private OfficialTables() {}

    static final List<Rule> DINOV1 = List.of(
            same("cls_token"),
            same("pos_embed"),
            same("patch_embed.proj.{wb}"),
            same("depth_embed.proj.{wb}"),
            same("blocks.{i}.norm1.{wb}"),
            same("blocks.{i}.attn.qkv.{wb}"),
            same("blocks.{i}.attn.proj.{wb}"),
            same("blocks.{i}.norm2.{wb}"),
            same("blocks.{i}.mlp.fc1.{wb}"),
            same("blocks.{i}.mlp.fc2.{wb}"),
            same("norm.{wb}"));

    static final List<Rule> DINOV2 = List.of(
            same("cls_token"),
            same("pos_embed"),
            registers("register_tokens", "register_tokens"),
            same("mask_token"),
            same("patch_embed.proj.{wb}"),
            same("depth_embed.proj.{wb}"),
            same("blocks.{i}.norm1.{wb}"),
            same("blocks.{i}.attn.qkv.{wb}"),
            same("blocks.{i}.attn.proj.{wb}"),
            same("blocks.{i}.ls1.gamma"),
            same("blocks.{i}.norm2.{wb}"),
            same("blocks.{i}.mlp.fc1.{wb}"),
            same("blocks.{i}.mlp.fc2.{wb}"),
            same("blocks.{i}.mlp.w12.{wb}"),
            same("blocks.{i}.mlp.w3.{wb}"),
            same("blocks.{i}.ls2.gamma"),
            same("norm.{wb}"));

    static final List<Rule> DINOV3 = List.of(
            same("cls_token"),
            registers("storage_tokens", "storage_tokens"),
            same("mask_token"),
            same("patch_embed.proj.{wb}"),
            same("depth_embed.proj.{wb}"),
            same("rope_embed.periods"),
            same("blocks.{i}.norm1.{wb}"),
            same("blocks.{i}.attn.qkv.{wb}"),
            same("blocks.{i}.attn.qkv.bias_mask"),
            same("blocks.{i}.attn.proj.{wb}"),
            same("blocks.{i}.ls1.gamma"),
            same("blocks.{i}.norm2.{wb}"),
            same("blocks.{i}.mlp.fc1.{wb}"),
            same("blocks.{i}.mlp.fc2.{wb}"),
            same("blocks.{i}.mlp.w1.{wb}"),
            same("blocks.{i}.mlp.w2.{wb}"),
            same("blocks.{i}.mlp.w3.{wb}"),
            same("blocks.{i}.ls2.gamma"),
            same("norm.{wb}"),
            same("cls_norm.{wb}"),
            same("local_cls_norm.{wb}"));

    /** norm and norms.3 are one module; a file may hold either or both. */
    static final List<Rule> CONVNEXT = List.of(
            same("downsample_layers.{i}.{j}.{wb}"),
            same("depth_embed.proj.{wb}"),
            same("stages.{i}.{j}.dwconv.{wb}"),
            same("stages.{i}.{j}.norm.{wb}"),
            same("stages.{i}.{j}.pwconv1.{wb}"),
            same("stages.{i}.{j}.pwconv2.{wb}"),
            same("stages.{i}.{j}.gamma"),
            alias(List.of("norm.{wb}", "norms.3.{wb}"), List.of("norm.{wb}", "norms.3.{wb}")));

    static final List<Rule> XCIT = List.of(
            same("cls_token"),
            same("patch_embed.proj.{i}.{j}.{bn}"),
            same("pos_embeder.token_projection.{wb}"),
            same("blocks.{i}.norm1.{wb}"),
            same("blocks.{i}.attn.temperature"),
            same("blocks.{i}.attn.qkv.{wb}"),
            same("blocks.{i}.attn.proj.{wb}"),
            same("blocks.{i}.norm2.{wb}"),
            same("blocks.{i}.mlp.fc1.{wb}"),
            same("blocks.{i}.mlp.fc2.{wb}"),
            same("blocks.{i}.norm3.{wb}"),
            same("blocks.{i}.local_mp.conv1.{wb}"),
            same("blocks.{i}.local_mp.bn.{bn}"),
            same("blocks.{i}.local_mp.conv2.{wb}"),
            same("blocks.{i}.gamma{j}"),
            same("cls_attn_blocks.{i}.norm1.{wb}"),
            same("cls_attn_blocks.{i}.attn.qkv.{wb}"),
            same("cls_attn_blocks.{i}.attn.proj.{wb}"),
            same("cls_attn_blocks.{i}.norm2.{wb}"),
            same("cls_attn_blocks.{i}.mlp.fc1.{wb}"),
            same("cls_attn_blocks.{i}.mlp.fc2.{wb}"),
            same("cls_attn_blocks.{i}.gamma{j}"),
            same("norm.{wb}"));

    static final List<Rule> RESNET50 = List.of(
            same("conv1.weight"),
            same("bn1.{bn}"),
            same("layer{i}.{j}.conv{c}.weight"),
            same("layer{i}.{j}.bn{c}.{bn}"),
            same("layer{i}.{j}.downsample.0.weight"),
            same("layer{i}.{j}.downsample.1.{bn}"));

    /** Training checkpoints of DINOv2 keep blocks in chunks; the second number is the block's own. */
    static final List<KeyNaming.Rewrite> UNCHUNK =
            List.of(new KeyNaming.Rewrite("blocks.{c}.{i}.{rest}", "blocks.{i}.{rest}"));
}
