package io.github.dino4j.export;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.weights.Hints;
import io.github.dino4j.weights.Naming;
import io.github.dino4j.weights.Preprocessing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The JSON files beside the weights of a Hugging Face model repository, as transformers writes them. */
record HuggingFaceFolder(Map<String, Object> config, Map<String, Object> preprocessor) {

    static HuggingFaceFolder of(
            BackboneConfig config, Naming naming, Optional<BackboneCatalog.Entry> entry, Hints hints) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (config instanceof VitConfig vit) {
            vit(json, vit, naming);
        } else if (config instanceof ConvNextConfig convNext) {
            json.put("architectures", List.of("DINOv3ConvNextModel"));
            json.put("model_type", "dinov3_convnext");
            json.put("num_channels", convNext.inChannels());
            json.put("hidden_sizes", convNext.dims());
            json.put("depths", convNext.depths());
            json.put("hidden_act", "gelu");
            json.put("layer_norm_eps", 1e-6);
            json.put("image_size", 224);
        }
        return new HuggingFaceFolder(json, preprocessor(naming, entry, hints));
    }

    private static void vit(Map<String, Object> json, VitConfig vit, Naming naming) {
        boolean gated = !(vit.ffn() instanceof Ffn.Mlp);
        json.put("hidden_size", vit.dim());
        json.put("num_hidden_layers", vit.depth());
        json.put("num_attention_heads", vit.heads());
        json.put("patch_size", vit.patch());
        json.put("num_channels", vit.inChannels());
        json.put("hidden_act", gated && naming == Naming.HF_DINOV3_VIT ? "silu" : "gelu");
        if (vit.norm() instanceof Norm.Layer layer) {
            json.put("layer_norm_eps", layer.eps());
        }
        switch (naming) {
            case HF_DINOV3_VIT -> dinoV3(json, vit, gated);
            case HF_VIT -> {
                json.put("architectures", List.of("ViTModel"));
                json.put("model_type", "vit");
                json.put("intermediate_size", vit.ffn().hidden());
                json.put("image_size", gridSide(vit) * vit.patch());
                json.put("qkv_bias", vit.qkvBias() != Bias.NONE);
            }
            default -> {
                boolean registers = naming == Naming.HF_DINOV2_REGISTERS;
                json.put("architectures", List.of(registers ? "Dinov2WithRegistersModel" : "Dinov2Model"));
                json.put("model_type", registers ? "dinov2_with_registers" : "dinov2");
                json.put("mlp_ratio", gated ? 4 : vit.ffn().hidden() / vit.dim());
                json.put("use_swiglu_ffn", gated);
                json.put("image_size", gridSide(vit) * vit.patch());
                json.put("qkv_bias", vit.qkvBias() != Bias.NONE);
                if (registers) {
                    json.put("num_register_tokens", vit.registers());
                }
            }
        }
    }

    private static void dinoV3(Map<String, Object> json, VitConfig vit, boolean gated) {
        json.put("architectures", List.of("DINOv3ViTModel"));
        json.put("model_type", "dinov3_vit");
        json.put("image_size", 224);
        json.put("intermediate_size", vit.ffn().hidden());
        json.put("use_gated_mlp", gated);
        json.put("num_register_tokens", vit.registers());
        json.put("query_bias", vit.qkvBias() != Bias.NONE);
        json.put("key_bias", vit.qkvBias() == Bias.FULL);
        json.put("value_bias", vit.qkvBias() != Bias.NONE);
        json.put("proj_bias", vit.projBias());
        json.put("mlp_bias", vit.ffn().bias());
        json.put("layerscale_value", 1.0);
        if (vit.position() instanceof Position.Rope rope
                && rope.config().periods() instanceof RotaryEmbedding.Periods.Base base) {
            json.put("rope_theta", base.base());
        }
        json.put("pos_embed_rescale", 2.0);
    }

    private static int gridSide(VitConfig vit) {
        return vit.position() instanceof Position.LearnedGrid grid ? grid.side() : 14;
    }

    private static Map<String, Object> preprocessor(Naming naming, Optional<BackboneCatalog.Entry> entry, Hints hints) {
        Map<String, Object> json = new LinkedHashMap<>();
        boolean v3 = naming == Naming.HF_DINOV3_VIT || naming == Naming.HF_DINOV3_CONVNEXT;
        boolean v1 = naming == Naming.HF_VIT;
        json.put(
                "image_processor_type",
                v3 ? "DINOv3ViTImageProcessorFast" : v1 ? "ViTImageProcessor" : "BitImageProcessor");
        json.put("do_resize", true);
        json.put("do_rescale", true);
        json.put("rescale_factor", 1 / 255.0);
        json.put("do_normalize", true);
        json.put("image_mean", entry.map(e -> decimals(e.mean())).orElseGet(() -> mean(hints)));
        json.put("image_std", entry.map(e -> decimals(e.std())).orElseGet(() -> std(hints)));
        if (v3 || v1) {
            json.put("size", Map.of("height", 224, "width", 224));
            json.put("resample", 2);
        } else {
            json.put("size", Map.of("shortest_edge", 256));
            json.put("do_center_crop", true);
            json.put("crop_size", Map.of("height", 224, "width", 224));
            json.put("resample", 3);
        }
        return json;
    }

    private static List<Double> mean(Hints hints) {
        return hints.preprocessing()
                .map(Preprocessing::mean)
                .filter(m -> !m.isEmpty())
                .orElse(Preprocessing.IMAGENET_MEAN);
    }

    private static List<Double> std(Hints hints) {
        return hints.preprocessing()
                .map(Preprocessing::std)
                .filter(m -> !m.isEmpty())
                .orElse(Preprocessing.IMAGENET_STD);
    }

    /** 0.485, where a float widened would be 0.48500001430511475. */
    private static List<Double> decimals(List<Float> values) {
        return values.stream().map(v -> Double.valueOf(Float.toString(v))).toList();
    }
}
