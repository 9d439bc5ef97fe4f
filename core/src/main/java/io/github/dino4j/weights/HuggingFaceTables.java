package io.github.dino4j.weights;

import static io.github.dino4j.weights.Rule.alias;
import static io.github.dino4j.weights.Rule.drop;
import static io.github.dino4j.weights.Rule.dropFirstAxis;
import static io.github.dino4j.weights.Rule.joinBiases;
import static io.github.dino4j.weights.Rule.joinRows;
import static io.github.dino4j.weights.Rule.omit;
import static io.github.dino4j.weights.Rule.registers;
import static io.github.dino4j.weights.Rule.rename;
import static io.github.dino4j.weights.Rule.same;
import static io.github.dino4j.weights.Rule.together;

import java.util.List;

/** Names of Hugging Face transformers. Left the file, right the official name. */
final class HuggingFaceTables {
    private HuggingFaceTables() {}

    /** ViTModel (facebook/dino-vit*): DINOv1. */
    static final List<Rule> VIT = List.of(
            rename("embeddings.cls_token", "cls_token"),
            rename("embeddings.position_embeddings", "pos_embed"),
            rename("embeddings.patch_embeddings.projection.{wb}", "patch_embed.proj.{wb}"),
            rename("encoder.layer.{i}.layernorm_before.{wb}", "blocks.{i}.norm1.{wb}"),
            joinRows(
                    List.of(
                            "encoder.layer.{i}.attention.attention.query.{wb}",
                            "encoder.layer.{i}.attention.attention.key.{wb}",
                            "encoder.layer.{i}.attention.attention.value.{wb}"),
                    "blocks.{i}.attn.qkv.{wb}"),
            rename("encoder.layer.{i}.attention.output.dense.{wb}", "blocks.{i}.attn.proj.{wb}"),
            rename("encoder.layer.{i}.layernorm_after.{wb}", "blocks.{i}.norm2.{wb}"),
            rename("encoder.layer.{i}.intermediate.dense.{wb}", "blocks.{i}.mlp.fc1.{wb}"),
            rename("encoder.layer.{i}.output.dense.{wb}", "blocks.{i}.mlp.fc2.{wb}"),
            rename("layernorm.{wb}", "norm.{wb}"),
            drop("embeddings.mask_token"), // of ViT's own pre-training
            drop("pooler.dense.{wb}")); // random where a file has it; DINO never trained one

    /** Dinov2Model, Dinov2WithRegistersModel and their backbone classes. */
    static final List<Rule> DINOV2 = List.of(
            rename("embeddings.cls_token", "cls_token"),
            registers("embeddings.register_tokens", "register_tokens"),
            rename("embeddings.mask_token", "mask_token"),
            rename("embeddings.position_embeddings", "pos_embed"),
            rename("embeddings.patch_embeddings.projection.{wb}", "patch_embed.proj.{wb}"),
            rename("encoder.layer.{i}.norm1.{wb}", "blocks.{i}.norm1.{wb}"),
            joinRows(
                    List.of(
                            "encoder.layer.{i}.attention.attention.query.{wb}",
                            "encoder.layer.{i}.attention.attention.key.{wb}",
                            "encoder.layer.{i}.attention.attention.value.{wb}"),
                    "blocks.{i}.attn.qkv.{wb}"),
            rename("encoder.layer.{i}.attention.output.dense.{wb}", "blocks.{i}.attn.proj.{wb}"),
            rename("encoder.layer.{i}.layer_scale1.lambda1", "blocks.{i}.ls1.gamma"),
            rename("encoder.layer.{i}.norm2.{wb}", "blocks.{i}.norm2.{wb}"),
            rename("encoder.layer.{i}.mlp.fc1.{wb}", "blocks.{i}.mlp.fc1.{wb}"),
            rename("encoder.layer.{i}.mlp.fc2.{wb}", "blocks.{i}.mlp.fc2.{wb}"),
            rename("encoder.layer.{i}.mlp.weights_in.{wb}", "blocks.{i}.mlp.w12.{wb}"),
            rename("encoder.layer.{i}.mlp.weights_out.{wb}", "blocks.{i}.mlp.w3.{wb}"),
            rename("encoder.layer.{i}.layer_scale2.lambda1", "blocks.{i}.ls2.gamma"),
            rename("layernorm.{wb}", "norm.{wb}"));

    /** DINOv3ViTModel. A file without k_proj.bias belongs to a model that masks it. */
    static final List<Rule> DINOV3_VIT = List.of(
            rename("embeddings.cls_token", "cls_token"),
            dropFirstAxis("embeddings.mask_token", "mask_token"),
            registers("embeddings.register_tokens", "storage_tokens"),
            rename("embeddings.patch_embeddings.{wb}", "patch_embed.proj.{wb}"),
            rename("layer.{i}.norm1.{wb}", "blocks.{i}.norm1.{wb}"),
            joinRows(
                    List.of(
                            "layer.{i}.attention.q_proj.weight",
                            "layer.{i}.attention.k_proj.weight",
                            "layer.{i}.attention.v_proj.weight"),
                    "blocks.{i}.attn.qkv.weight"),
            joinBiases(
                    "layer.{i}.attention.q_proj.bias",
                    "layer.{i}.attention.k_proj.bias",
                    "layer.{i}.attention.v_proj.bias",
                    "blocks.{i}.attn.qkv.bias",
                    "blocks.{i}.attn.qkv.bias_mask"),
            rename("layer.{i}.attention.o_proj.{wb}", "blocks.{i}.attn.proj.{wb}"),
            rename("layer.{i}.layer_scale1.lambda1", "blocks.{i}.ls1.gamma"),
            rename("layer.{i}.norm2.{wb}", "blocks.{i}.norm2.{wb}"),
            together(
                    List.of(
                            "layer.{i}.mlp.gate_proj.{wb}",
                            "layer.{i}.mlp.up_proj.{wb}",
                            "layer.{i}.mlp.down_proj.{wb}"),
                    List.of("blocks.{i}.mlp.w1.{wb}", "blocks.{i}.mlp.w2.{wb}", "blocks.{i}.mlp.w3.{wb}")),
            rename("layer.{i}.mlp.up_proj.{wb}", "blocks.{i}.mlp.fc1.{wb}"), // no gate_proj: a plain FFN
            rename("layer.{i}.mlp.down_proj.{wb}", "blocks.{i}.mlp.fc2.{wb}"),
            rename("layer.{i}.layer_scale2.lambda1", "blocks.{i}.ls2.gamma"),
            same("norm.{wb}"),
            omit("rope_embed.periods"), // recomputed from rope_theta
            omit("local_cls_norm.{wb}")); // unused in inference

    /** DINOv3ConvNextModel. */
    static final List<Rule> DINOV3_CONVNEXT = List.of(
            rename("stages.{i}.downsample_layers.{j}.{wb}", "downsample_layers.{i}.{j}.{wb}"),
            rename("stages.{i}.layers.{j}.depthwise_conv.{wb}", "stages.{i}.{j}.dwconv.{wb}"),
            rename("stages.{i}.layers.{j}.layer_norm.{wb}", "stages.{i}.{j}.norm.{wb}"),
            rename("stages.{i}.layers.{j}.pointwise_conv1.{wb}", "stages.{i}.{j}.pwconv1.{wb}"),
            rename("stages.{i}.layers.{j}.pointwise_conv2.{wb}", "stages.{i}.{j}.pwconv2.{wb}"),
            rename("stages.{i}.layers.{j}.gamma", "stages.{i}.{j}.gamma"),
            alias(List.of("layer_norm.{wb}"), List.of("norm.{wb}", "norms.3.{wb}")));

    /** DPTForDepthEstimation around a Dinov2Backbone: what is not the backbone. */
    static final List<Rule> DPT = List.of(
            rename("neck.reassemble_stage.layers.{i}.projection.{wb}", "reassemble_blocks.projects.{i}.conv.{wb}"),
            rename("neck.reassemble_stage.layers.{i}.resize.{wb}", "reassemble_blocks.resize_layers.{i}.{wb}"),
            rename(
                    "neck.reassemble_stage.readout_projects.{i}.0.{wb}",
                    "reassemble_blocks.readout_projects.{i}.0.{wb}"),
            rename("neck.convs.{i}.weight", "convs.{i}.conv.weight"),
            // The deepest block has nothing to fuse; transformers makes the unit all the same and never calls it.
            drop("neck.fusion_stage.layers.0.residual_layer1.convolution{j}.{wb}"),
            rename("neck.fusion_stage.layers.{i}.projection.{wb}", "fusion_blocks.{i}.project.conv.{wb}"),
            rename(
                    "neck.fusion_stage.layers.{i}.residual_layer{c}.convolution{j}.{wb}",
                    "fusion_blocks.{i}.res_conv_unit{c}.conv{j}.conv.{wb}"),
            rename("head.projection.{wb}", "project.conv.{wb}"),
            rename("head.head.{i}.{wb}", "conv_depth.head.{i}.{wb}"));

    /** transformers 5 puts "model." before the layers, and nowhere else. */
    static final List<KeyNaming.Rewrite> VERSION_5 = List.of(
            new KeyNaming.Rewrite("model.layer.{i}.{rest}", "layer.{i}.{rest}"),
            new KeyNaming.Rewrite("model.stages.{i}.{rest}", "stages.{i}.{rest}"));
}
