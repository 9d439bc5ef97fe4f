package io.github.dino4j.decoder;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.tensor.Tensor;
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
}
