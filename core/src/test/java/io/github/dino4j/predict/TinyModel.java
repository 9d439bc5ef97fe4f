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
    public static final VitConfig CONFIG = of(48, 3, 2);

    private TinyModel() {}

    /** The same in another size. */
    public static VitConfig of(int dim, int heads, int depth) {
        return new VitConfig(
                3,
                dim,
                depth,
                heads,
                16,
                new Position.Rope(new RotaryEmbedding.Config(
                        new RotaryEmbedding.Periods.Base(100), RotaryEmbedding.Coordinates.SEPARATE, DType.F32)),
                new Ffn.SwiGlu(2 * dim, true),
                new Norm.Layer(1e-5),
                4,
                Bias.KEY_MASKED,
                true,
                true,
                true,
                false,
                false,
                VitConfig.Remainder.DROP);
    }

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
