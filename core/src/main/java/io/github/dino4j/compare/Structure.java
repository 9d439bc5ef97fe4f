package io.github.dino4j.compare;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a model is made of, row by row. */
final class Structure {
    private Structure() {}

    /** Rows by the key of their heading. */
    static Map<String, String> of(BackboneConfig config, Words words) {
        Map<String, String> rows = new LinkedHashMap<>();
        if (config instanceof VitConfig vit) {
            vit(vit, words, rows);
        } else if (config instanceof ConvNextConfig) {
            rows.put("structure.patch", words.of("value.stem", config.patch()));
            rows.put("structure.position", words.of("value.none"));
            rows.put("structure.extra", words.of("value.pooled"));
            rows.put("structure.block", words.of("value.convnext", config.depth()));
            rows.put("structure.norm", "LayerNorm");
            rows.put("structure.ffn", "MLP, GELU");
        } else {
            rows.put("structure.patch", Integer.toString(config.patch()));
            rows.put("structure.block", config.getClass().getSimpleName().replace("Config", ""));
        }
        rows.put("structure.width", words.of("value.width", config.dim(), config.depth()));
        rows.put("structure.output", words.of(output(config)));
        rows.put("structure.parameters", String.format(Locale.ROOT, "%,.2f M", TensorFlow.parameters(config) / 1e6));
        return rows;
    }

    private static String output(BackboneConfig config) {
        if (config instanceof VitConfig vit) {
            return vit.registers() > 0 ? "value.output.registers" : "value.output";
        }
        return "value.output.map";
    }

    private static void vit(VitConfig vit, Words words, Map<String, String> rows) {
        rows.put("structure.patch", words.of("value.convolution", vit.patch(), vit.dim()));
        rows.put(
                "structure.position",
                vit.position() instanceof Position.Rope
                        ? words.of("value.rope")
                        : words.of("value.learned", ((Position.LearnedGrid) vit.position()).side()));
        rows.put(
                "structure.extra",
                vit.registers() == 0
                        ? "[CLS]"
                        : words.of(
                                vit.position() instanceof Position.Rope ? "value.storage" : "value.registers",
                                vit.registers()));
        StringBuilder block = new StringBuilder(words.of("value.attention", vit.heads(), vit.headDim()));
        if (vit.layerScale()) {
            block.append(", LayerScale");
        }
        if (vit.qkvBias() == Bias.KEY_MASKED) {
            block.append(", ").append(words.of("value.keymask"));
        }
        rows.put("structure.block", block.toString());
        rows.put("structure.norm", norm(vit.norm()) + (vit.untiedClsNorm() ? ", " + words.of("value.untied") : ""));
        rows.put("structure.ffn", ffn(vit.ffn()));
    }

    private static String norm(Norm norm) {
        return (norm instanceof Norm.Rms ? "RMSNorm" : "LayerNorm") + ", eps " + norm.eps();
    }

    private static String ffn(Ffn ffn) {
        return (ffn instanceof Ffn.Mlp ? "MLP, GELU" : "SwiGLU") + ", " + ffn.hidden();
    }
}
