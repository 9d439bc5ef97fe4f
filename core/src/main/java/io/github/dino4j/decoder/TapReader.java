package io.github.dino4j.decoder;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/** Whatever gives heads what they read of images: a backbone, or one with weights that learn. */
public interface TapReader {
    BackboneConfig config();

    /** What a head reads of images [B, C, H, W], in the caller's scope. */
    List<Tokens> read(Tensor pixels, Taps taps);

    /** A backbone as it is. */
    static TapReader of(Backbone backbone) {
        return new TapReader() {
            @Override
            public BackboneConfig config() {
                return backbone.config();
            }

            @Override
            public List<Tokens> read(Tensor pixels, Taps taps) {
                return taps.read(backbone, pixels);
            }
        };
    }
}
