package io.github.dino4j.predict;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.DType;

/** A vision transformer small enough for thousands of calls, with every part of v3. */
public final class TinyModel {
    public static final VitConfig CONFIG = new VitConfig(
            3,
            48,
            2,
            3,
            16,
            new Position.Rope(new RotaryEmbedding.Config(
                    new RotaryEmbedding.Periods.Base(100), RotaryEmbedding.Coordinates.SEPARATE, DType.F32)),
            new Ffn.SwiGlu(96, true),
            new Norm.Layer(1e-5),
            4,
            Bias.KEY_MASKED,
            true,
            true,
            true,
            false,
            false,
            VitConfig.Remainder.DROP);

    private TinyModel() {}

    public static Model random() {
        return Model.random(CONFIG, 1);
    }

    /** A picture that depends on a number. */
    public static RgbImage picture(int width, int height, int seed) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * (seed + 3) / 7 + i / width);
        }
        return RgbImage.of(width, height, rgb);
    }
}
