package io.github.dino4j.decoder;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.ResNetConfig;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * What a head reads of a backbone.
 *
 * @param layers after which blocks
 * @param norm whether through the backbone's final norm
 */
public record Taps(Layers layers, boolean norm) {
    /** Runs the backbone: the tokens after each layer, in ascending order. */
    public List<Tokens> read(Backbone backbone, Tensor pixels) {
        return backbone.intermediate(pixels, layers, norm);
    }

    /**
     * Channels after each of these layers, in ascending order.
     *
     * @throws IllegalArgumentException if the backbone has no such layer
     */
    public List<Integer> widths(BackboneConfig backbone) {
        return Arrays.stream(layers.indices(backbone.depth()))
                .mapToObj(layer -> width(backbone, layer))
                .toList();
    }

    private static int width(BackboneConfig backbone, int layer) {
        if (backbone instanceof ConvNextConfig convNext) {
            return convNext.dims().get(layer);
        }
        return backbone instanceof ResNetConfig ? backbone.dim() >> (3 - layer) : backbone.dim();
    }
}
