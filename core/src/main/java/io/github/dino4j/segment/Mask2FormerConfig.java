package io.github.dino4j.segment;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.StateDict;
import java.util.Arrays;

/**
 * Shape of a {@link Mask2FormerSegmenter}.
 *
 * @param layers four of the backbone
 * @param adapter makes a pyramid of them
 * @param pixelDecoder reads the pyramid
 * @param decoder reads the pixel decoder's maps and mask features
 */
public record Mask2FormerConfig(
        Layers layers,
        VitAdapter.Config adapter,
        PixelDecoder.Config pixelDecoder,
        MaskedTransformerDecoder.Config decoder) {
    private static final int HEADS = 16; // leave no trace in the weights; all published heads have 16
    private static final int LEVELS = 3; // of the pixel decoder

    /**
     * The head that DINOv3 publishes for ADE20K on ViT-7B/16: width 2048, 100 queries, 9 layers, 150 classes.
     */
    public static final Mask2FormerConfig PUBLISHED = of(4096, 40, 2048, 150);

    public Mask2FormerConfig {
        if (pixelDecoder.in() != adapter.dim()
                || decoder.channels() != pixelDecoder.dim()
                || decoder.maskDim() != pixelDecoder.maskDim()
                || decoder.levels() != LEVELS) {
            throw new IllegalArgumentException("the parts do not fit: the adapter gives " + adapter.dim()
                    + " channels, the pixel decoder takes " + pixelDecoder.in() + " and gives " + pixelDecoder.dim()
                    + " and " + pixelDecoder.maskDim() + " in " + LEVELS + " levels, the decoder takes "
                    + decoder.channels() + " and " + decoder.maskDim() + " in " + decoder.levels());
        }
    }

    /**
     * The published shape for a backbone of any width.
     *
     * @param dim width of both decoders; a multiple of 32
     * @param classes K, "nothing here" left out
     */
    public static Mask2FormerConfig of(BackboneConfig backbone, int dim, int classes) {
        return of(backbone.dim(), backbone.depth(), dim, classes);
    }

    private static Mask2FormerConfig of(int backboneDim, int depth, int dim, int classes) {
        return new Mask2FormerConfig(
                Layers.fourEvenly(depth),
                VitAdapter.Config.of(backboneDim),
                PixelDecoder.Config.of(backboneDim, dim),
                new MaskedTransformerDecoder.Config(dim, dim, dim, classes, 100, LEVELS, 9, HEADS, 4096, false));
    }

    /**
     * The shape of the head of a file. Numbers of heads leave no trace: 16 in each attention, as published.
     *
     * @param weights under the names {@code 0.*} (adapter) and {@code 1.*} (head)
     * @throws CheckpointException if a tensor that says the shape is missing, or the head is for another backbone
     */
    static Mask2FormerConfig of(StateDict weights, Fitting backbone) {
        backbone.requireLayers(4, size(weights, "0.level_embed", 1));
        try {
            return of(weights, backbone.backbone().depth());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(backbone.file() + ": not a Mask2Former head with 16 heads in each attention: "
                    + e.getMessage() + ". Build another shape by hand (LoadedHead.load, SegmentPredictor.of).");
        }
    }

    /**
     * The same for a backbone of this many layers.
     *
     * @throws CheckpointException if a tensor that says the shape is missing
     * @throws IllegalArgumentException if the parts do not fit together
     */
    public static Mask2FormerConfig of(StateDict weights, int depth) {
        return new Mask2FormerConfig(
                Layers.fourEvenly(depth),
                adapter(weights.under("0.")),
                pixelDecoder(weights.under("1.pixel_decoder.")),
                decoder(weights.under("1.predictor."), size(weights, "1.pixel_decoder.mask_feature.weight", 1)));
    }

    private static VitAdapter.Config adapter(StateDict weights) {
        int dim = size(weights, "level_embed", 1);
        String extractor = "interactions.0.extractor.";
        return new VitAdapter.Config(
                dim,
                size(weights, "spm.stem.0.weight", 0),
                HEADS,
                size(weights, extractor + "attn.attention_weights.weight", 0) / HEADS,
                ratio(size(weights, extractor + "ffn.fc1.weight", 0), dim),
                ratio(size(weights, extractor + "attn.value_proj.weight", 0), dim),
                VitAdapter.Config.of(dim).dropPath());
    }

    private static PixelDecoder.Config pixelDecoder(StateDict weights) {
        return new PixelDecoder.Config(
                size(weights, "input_convs.0.0.weight", 1),
                size(weights, "mask_feature.weight", 1),
                size(weights, "mask_feature.weight", 0),
                HEADS,
                size(weights, "encoder.encoder.layers.0.linear1.weight", 0),
                count(weights, "encoder.encoder.layers."));
    }

    private static MaskedTransformerDecoder.Config decoder(StateDict weights, int channels) {
        return new MaskedTransformerDecoder.Config(
                channels,
                size(weights, "query_feat.weight", 1),
                size(weights, "mask_embed.layers.2.weight", 0),
                size(weights, "class_embed.weight", 0) - 1,
                size(weights, "query_feat.weight", 0),
                size(weights, "level_embed.weight", 0),
                count(weights, "transformer_ffn_layers."),
                HEADS,
                size(weights, "transformer_ffn_layers.0.linear1.weight", 0),
                weights.contains("input_proj.0.weight"));
    }

    private static int size(StateDict weights, String name, int axis) {
        long[] shape = weights.get(name).shape();
        if (axis >= shape.length) {
            throw new CheckpointException("tensor '" + name + "' is " + Arrays.toString(shape)
                    + ", a Mask2Former head has one of more axes under this name");
        }
        return Math.toIntExact(shape[axis]);
    }

    /** The next larger double, so that {@code (int) (dim * ratio)} is the width again. */
    private static double ratio(int width, int dim) {
        return Math.nextUp((double) width / dim);
    }

    /** How many numbers follow a prefix. */
    private static int count(StateDict weights, String prefix) {
        return (int) weights.under(prefix).names().stream()
                .map(name -> name.substring(0, name.indexOf('.')))
                .distinct()
                .count();
    }

    public Mask2FormerConfig withDecoder(MaskedTransformerDecoder.Config other) {
        return new Mask2FormerConfig(layers, adapter, pixelDecoder, other);
    }

    /** K. */
    public int classes() {
        return decoder.classes();
    }
}
