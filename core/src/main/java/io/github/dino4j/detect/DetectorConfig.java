package io.github.dino4j.detect;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import java.util.List;

/**
 * Shape of a {@link Detector}.
 *
 * @param layers of the backbone that are read, through its final norm
 * @param widths channels of each of these layers, in ascending order
 * @param layerNorms whether each layer passes a norm of its own, which is the head's
 * @param windows w: the image goes through the backbone in w x w windows and once more whole, shrunk to a window's size; 0:
 *     once, in one piece
 * @param stride pixels a feature, the backbone's patch
 * @param dim D, width of the transformer; a multiple of 32 and of {@code 4}
 * @param heads of each attention
 * @param encoderLayers number of
 * @param encoderHidden width inside the encoder's feed-forward networks
 * @param decoderLayers number of
 * @param decoderHidden width inside the decoder's feed-forward networks
 * @param queries that answer, each object one (one-to-one)
 * @param extraQueries that only training has, each object {@code repeats} times (one-to-many; hybrid matching,
 *     arXiv:2207.13080); 0 for none
 * @param repeats k
 * @param classes K; each has a probability of its own
 * @param proposalStrides pixels between the proposals of each level, ascending, in powers of 2 of {@code stride}
 * @param proposalSide side of a proposal of the first level in pixels; doubles with each level
 * @param bias how far places are from a box
 * @param biasHidden width inside the two networks of the position bias
 */
public record DetectorConfig(
        Layers layers,
        List<Integer> widths,
        boolean layerNorms,
        int windows,
        int stride,
        int dim,
        int heads,
        int encoderLayers,
        int encoderHidden,
        int decoderLayers,
        int decoderHidden,
        int queries,
        int extraQueries,
        int repeats,
        int classes,
        List<Integer> proposalStrides,
        int proposalSide,
        PositionBias bias,
        int biasHidden) {
    /** Groups of the norm behind the projection of the features. */
    static final int GROUPS = 32;

    public DetectorConfig {
        widths = List.copyOf(widths);
        proposalStrides = List.copyOf(proposalStrides);
        require(dim > 0 && dim % GROUPS == 0, "a width of " + dim + " is no multiple of 32; take 128, 256, 768");
        require(heads > 0 && dim % heads == 0, "width " + dim + " cannot be split over " + heads + " heads");
        require(windows >= 0, "the number of windows a side is 0 (none) or more, not " + windows);
        require(encoderLayers >= 0 && decoderLayers >= 1, "a detector has at least one decoder layer");
        require(queries >= 1 && extraQueries >= 0, "a detector has at least one query, and no less than 0 extra ones");
        require(extraQueries == 0 || repeats >= 1, "extra queries need at least one repeat of each object");
        require(classes >= 1, "a detector has at least one class, not " + classes);
        require(!proposalStrides.isEmpty() && proposalSide > 0, "proposals need at least one level and a side");
        for (int target : proposalStrides) {
            int larger = Math.max(target, stride);
            int smaller = Math.max(1, Math.min(target, stride));
            require(
                    larger % smaller == 0 && Integer.bitCount(larger / smaller) == 1,
                    "a proposal stride of " + target + " is no power of two times the feature stride " + stride);
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * The detector that DINOv3 publishes on ViT-7B/16 (arXiv:2508.10104, "Object detection"): width 768, 6 + 6 layers, 1500
     * queries, four layers of the backbone in windows.
     *
     * @param windows 3 as published on ViT-7B
     * @param classes 91 as published, the numbers of COCO
     */
    public static DetectorConfig published(BackboneConfig backbone, int windows, int classes) {
        Layers layers = Layers.fourEvenly(backbone.depth());
        int patch = backbone.patch();
        return new DetectorConfig(
                layers,
                new Taps(layers, true).widths(backbone),
                false,
                windows,
                patch,
                768,
                8,
                6,
                2048,
                6,
                2048,
                1500,
                1500,
                6,
                classes,
                List.of(patch / 2, patch, 2 * patch, 4 * patch),
                50,
                PositionBias.LINEAR,
                512);
    }

    /**
     * The same detector for a few hundred pictures and a processor: width 128, one encoder and three decoder layers, 100
     * queries, the last two layers of the backbone, in one piece.
     */
    public static DetectorConfig light(BackboneConfig backbone, int classes) {
        Layers layers = Layers.last(2);
        int patch = backbone.patch();
        return new DetectorConfig(
                layers,
                new Taps(layers, true).widths(backbone),
                true,
                0,
                patch,
                128,
                4,
                1,
                256,
                3,
                256,
                100,
                0,
                1,
                classes,
                List.of(patch, 2 * patch, 4 * patch),
                2 * patch,
                PositionBias.LOGARITHMIC,
                64);
    }

    public DetectorConfig withQueries(int most) {
        return new DetectorConfig(
                layers,
                widths,
                layerNorms,
                windows,
                stride,
                dim,
                heads,
                encoderLayers,
                encoderHidden,
                decoderLayers,
                decoderHidden,
                most,
                extraQueries,
                repeats,
                classes,
                proposalStrides,
                proposalSide,
                bias,
                biasHidden);
    }

    /** The same with one-to-many queries in training. */
    public DetectorConfig withExtraQueries(int extra, int times) {
        return new DetectorConfig(
                layers,
                widths,
                layerNorms,
                windows,
                stride,
                dim,
                heads,
                encoderLayers,
                encoderHidden,
                decoderLayers,
                decoderHidden,
                queries,
                extra,
                times,
                classes,
                proposalStrides,
                proposalSide,
                bias,
                biasHidden);
    }

    /** What is read of the backbone. */
    public Taps taps() {
        return new Taps(layers, true);
    }

    /** Channels of the features: each layer's, twice where there are windows. */
    public int channels() {
        int once = widths.stream().mapToInt(w -> w).sum();
        return windows > 0 ? 2 * once : once;
    }
}
