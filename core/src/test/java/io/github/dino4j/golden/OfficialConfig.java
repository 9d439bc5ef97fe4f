package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.backbone.ResNetConfig;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.backbone.VitConfig.Remainder;
import io.github.dino4j.backbone.XcitConfig;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** Constructor arguments of the official classes, defaults included, as our configurations. */
public final class OfficialConfig {
    private OfficialConfig() {}

    /** The backbone of a case: its config, or the part of it called after the backbone. */
    public static BackboneConfig of(GoldenCase golden) {
        JsonNode c = golden.config();
        for (String part : List.of("backbone", "vit", "convnext")) {
            if (c.path(part).isObject()) {
                c = c.path(part);
            }
        }
        boolean maskToken = golden.weightNames().stream().anyMatch(name -> name.endsWith("mask_token"));
        String source = golden.source();
        if (source.contains("xcit.py")) {
            return xcit(c);
        }
        if (source.contains("resnet50")) {
            return new ResNetConfig(3, ints(c.path("layers")));
        }
        if (c.has("dims")) {
            return convNext(c);
        }
        if (source.startsWith("facebookresearch/dinov3") || source.startsWith("RobvanGastel/dinov3-finetune")) {
            return v3(c, maskToken);
        }
        return source.startsWith("facebookresearch/dinov2") ? v2(c, maskToken) : v1(c);
    }

    private static VitConfig v1(JsonNode c) {
        int dim = integer(c, "embed_dim", 768);
        int patch = integer(c, "patch_size", 16);
        JsonNode size = c.path("img_size");
        int side = (size.isArray() ? size.get(0).asInt() : size.asInt(224)) / patch;
        double eps = c.has("norm_eps") ? c.path("norm_eps").asDouble() : number(c, "eps", 1e-5);
        return new VitConfig(
                integer(c, "in_chans", 3),
                dim,
                integer(c, "depth", 12),
                integer(c, "num_heads", 12),
                patch,
                new Position.LearnedGrid(side, new GridResample.ByScale(0.1, false)),
                new Ffn.Mlp((int) (dim * number(c, "mlp_ratio", 4)), true),
                new Norm.Layer(eps),
                0,
                Bias.of(flag(c, "qkv_bias", false)),
                true,
                false,
                false,
                false,
                false,
                Remainder.DROP);
    }

    private static VitConfig v2(JsonNode c, boolean maskToken) {
        int dim = integer(c, "embed_dim", 768);
        int patch = integer(c, "patch_size", 16);
        int hidden = (int) (dim * number(c, "mlp_ratio", 4));
        boolean bias = flag(c, "ffn_bias", true);
        Ffn ffn = c.path("ffn_layer").asText("mlp").startsWith("swiglu")
                ? new Ffn.PackedSwiGlu((hidden * 2 / 3 + 7) / 8 * 8, bias)
                : new Ffn.Mlp(hidden, bias);
        double offset = number(c, "interpolate_offset", 0.1);
        boolean antialias = flag(c, "interpolate_antialias", false);
        GridResample resample =
                offset == 0 ? new GridResample.BySize(antialias) : new GridResample.ByScale(offset, antialias);
        return new VitConfig(
                integer(c, "in_chans", 3),
                dim,
                integer(c, "depth", 12),
                integer(c, "num_heads", 12),
                patch,
                new Position.LearnedGrid(integer(c, "img_size", 224) / patch, resample),
                ffn,
                new Norm.Layer(1e-6),
                integer(c, "num_register_tokens", 0),
                Bias.of(flag(c, "qkv_bias", true)),
                flag(c, "proj_bias", true),
                number(c, "init_values", 0) != 0,
                maskToken,
                false,
                false,
                Remainder.REFUSE);
    }

    private static VitConfig v3(JsonNode c, boolean maskToken) {
        int dim = integer(c, "embed_dim", 768);
        String norm = c.path("norm_layer").asText("layernorm");
        Bias qkv = !flag(c, "qkv_bias", true) ? Bias.NONE : flag(c, "mask_k_bias", false) ? Bias.KEY_MASKED : Bias.FULL;
        return new VitConfig(
                integer(c, "in_chans", 3),
                dim,
                integer(c, "depth", 12),
                integer(c, "num_heads", 12),
                integer(c, "patch_size", 16),
                new Position.Rope(rope(c)),
                v3Ffn(c, dim),
                norm.equals("rmsnorm")
                        ? new Norm.Rms(1e-5)
                        : new Norm.Layer(norm.equals("layernormbf16") ? 1e-5 : 1e-6),
                integer(c, "n_storage_tokens", 0),
                qkv,
                flag(c, "proj_bias", true),
                number(c, "layerscale_init", 0) != 0,
                maskToken,
                flag(c, "untie_cls_and_patch_norms", false),
                flag(c, "untie_global_and_local_cls_norm", false),
                Remainder.DROP);
    }

    private static Ffn v3Ffn(JsonNode c, int dim) {
        String layer = c.path("ffn_layer").asText("mlp");
        int hidden = (int) (dim * number(c, "ffn_ratio", 4));
        boolean bias = flag(c, "ffn_bias", true);
        if (layer.equals("mlp")) {
            return new Ffn.Mlp(hidden, bias);
        }
        int align = layer.equals("swiglu") ? 8 : Integer.parseInt(layer.substring("swiglu".length()));
        return new Ffn.SwiGlu((hidden * 2 / 3 + align - 1) / align * align, bias);
    }

    private static RotaryEmbedding.Config rope(JsonNode c) {
        return rope(
                c,
                "pos_embed_rope_base",
                "pos_embed_rope_min_period",
                "pos_embed_rope_max_period",
                "pos_embed_rope_normalize_coords",
                "pos_embed_rope_dtype");
    }

    static RotaryEmbedding.Config rope(
            JsonNode c, String base, String shortest, String longest, String coordinates, String dtype) {
        RotaryEmbedding.Periods periods = c.has(base) && c.path(base).isNull()
                ? new RotaryEmbedding.Periods.Range(
                        c.path(shortest).asDouble(), c.path(longest).asDouble())
                : new RotaryEmbedding.Periods.Base(number(c, base, 100));
        return new RotaryEmbedding.Config(
                periods,
                RotaryEmbedding.Coordinates.valueOf(
                        c.path(coordinates).asText("separate").toUpperCase(Locale.ROOT)),
                switch (c.path(dtype).asText("bf16")) {
                    case "fp32" -> DType.F32;
                    case "fp16" -> DType.F16;
                    default -> DType.BF16;
                });
    }

    private static ConvNextConfig convNext(JsonNode c) {
        OptionalInt mapPatch = c.path("patch_size").isInt()
                ? OptionalInt.of(c.path("patch_size").asInt())
                : OptionalInt.empty();
        return new ConvNextConfig(
                integer(c, "in_chans", 3),
                ints(c.path("depths")),
                ints(c.path("dims")),
                number(c, "layer_scale_init_value", 1e-6) > 0,
                mapPatch);
    }

    private static XcitConfig xcit(JsonNode c) {
        if (c.has("factory")) { // xcit_small_12_p16: the factory's arguments are in its name
            String name = c.path("factory").asText();
            int patch = Integer.parseInt(name.substring(name.lastIndexOf('p') + 1));
            boolean small = name.contains("small_12");
            return new XcitConfig(3, small ? 384 : 512, small ? 12 : 24, 8, patch, small ? 1536 : 2048, 2);
        }
        int dim = c.path("embed_dim").asInt();
        return new XcitConfig(
                3,
                dim,
                c.path("depth").asInt(),
                c.path("num_heads").asInt(),
                c.path("patch_size").asInt(),
                (int) (dim * number(c, "mlp_ratio", 4)),
                integer(c, "cls_attn_layers", 2));
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asInt()));
        return values;
    }

    private static int integer(JsonNode c, String name, int otherwise) {
        return c.path(name).asInt(otherwise);
    }

    private static double number(JsonNode c, String name, double otherwise) {
        return c.path(name).asDouble(otherwise);
    }

    private static boolean flag(JsonNode c, String name, boolean otherwise) {
        return c.path(name).asBoolean(otherwise);
    }
}
