package io.github.dino4j.text;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.StateDict;
import java.util.Optional;

/** The configuration of a dino.txt as its tensors tell it; what they cannot tell is as published. */
final class DinoTxtShape {
    /** Width of a head of attention in the published text encoders. */
    private static final int HEAD = 64;

    private final StateDict weights;
    private final String source;

    DinoTxtShape(StateDict weights, String source) {
        this.weights = weights;
        this.source = source;
    }

    DinoTxtConfig config(BackboneConfig backbone, String name) {
        int heads;
        try {
            heads = VisionConfig.heads(backbone);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(source + ": does not fit " + name + ": " + e.getMessage(), e);
        }
        TextConfig text = text();
        int embedDim = text.projection() ? size(DinoTxtFile.TEXT + "head.linear_projection.weight", 0) : text.dim();
        String projection = DinoTxtFile.VISION + "linear_projection.weight";
        int dim = size(DinoTxtFile.VISION + "ln_final.weight", 0);
        requireWidth(dim, backbone.dim(), name);
        int width = weights.contains(projection) ? size(projection, 0) : dim;
        if (embedDim != width && embedDim != 2 * width) {
            throw new CheckpointException(
                    source + ": texts are " + embedDim + " values wide, image tokens " + width
                            + "; the first must be the second or twice it. Vision head and text encoder do not belong together.");
        }
        VisionConfig vision = new VisionConfig(
                dim,
                heads,
                count(DinoTxtFile.VISION + "blocks."),
                size(DinoTxtFile.VISION + "blocks.0.mlp.w1.weight", 0),
                true,
                embedDim == 2 * width,
                weights.contains(projection),
                VisionConfig.Pooling.MEAN,
                1);
        return new DinoTxtConfig(embedDim, vision, text);
    }

    private TextConfig text() {
        String backbone = DinoTxtFile.TEXT + "backbone.";
        int dim = size(backbone + "token_embedding.weight", 1);
        if (dim % HEAD != 0) {
            throw new CheckpointException(
                    source + ": its text encoder is " + dim + " wide, which is no multiple of " + HEAD
                            + ", the width of a published head of attention; the file does not say how many heads it has");
        }
        boolean scaled = weights.contains(backbone + "blocks.0.ls1.gamma");
        return new TextConfig(
                size(backbone + "positional_embedding", 0),
                size(backbone + "token_embedding.weight", 0),
                dim,
                dim / HEAD,
                count(backbone + "blocks."),
                size(backbone + "blocks.0.feed_forward.fc1.weight", 0),
                true,
                scaled ? Optional.of(1.0) : Optional.empty(),
                count(DinoTxtFile.TEXT + "head.blocks."),
                false,
                weights.contains(DinoTxtFile.TEXT + "head.linear_projection.weight"),
                TextConfig.Pooling.END);
    }

    void requireWidth(DinoTxtConfig config, Model backbone) {
        requireWidth(
                config.vision().dim(), backbone.config().dim(), backbone.card().name());
    }

    private void requireWidth(int wanted, int has, String name) {
        if (wanted != has) {
            throw new CheckpointException(source + ": its vision head reads tokens of width " + wanted + ", " + name
                    + " gives " + has + ". Load the backbone that it was trained on (the published ones: ViT-L).");
        }
    }

    int size(String tensor, int axis) {
        long[] shape = weights.find(tensor)
                .orElseThrow(() -> new CheckpointException(
                        source + ": tensor '" + tensor + "' is missing; the file is no whole dino.txt. Get it again."))
                .shape();
        if (axis >= shape.length) {
            throw new CheckpointException(
                    source + ": tensor '" + tensor + "' has " + shape.length + " axes, that of a dino.txt has more");
        }
        return Math.toIntExact(shape[axis]);
    }

    private int count(String prefix) {
        return (int) weights.under(prefix).names().stream()
                .map(name -> name.substring(0, Math.max(0, name.indexOf('.'))))
                .distinct()
                .count();
    }
}
