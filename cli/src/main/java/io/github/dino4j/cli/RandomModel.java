package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.DType;

/** DINOv3 in small, with weights drawn from a seed, for people without a checkpoint: it runs and knows nothing. */
final class RandomModel {
    /** What stands in place of a path: {@code random:SEED}. */
    static final String PREFIX = "random:";

    private static final VitConfig CONFIG = new VitConfig(
            3,
            192,
            6,
            3,
            16,
            new Position.Rope(new RotaryEmbedding.Config(
                    new RotaryEmbedding.Periods.Base(100), RotaryEmbedding.Coordinates.SEPARATE, DType.F32)),
            new Ffn.Mlp(768, true),
            new Norm.Layer(1e-5),
            4,
            Bias.KEY_MASKED,
            true,
            false, // LayerScale starts at 1e-5: random blocks would change nothing that can be seen
            true,
            false,
            false,
            VitConfig.Remainder.DROP);

    private RandomModel() {}

    static Dino load(long seed, LoadOptions.Precision precision) {
        return Dino.of(Model.random(CONFIG, seed, precision));
    }

    /** The seed of {@code random:SEED}. */
    static long seed(String text) {
        try {
            return Long.parseLong(text.substring(PREFIX.length()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--model-file " + text + ": wanted " + PREFIX + " and a whole number, such as random:7", e);
        }
    }
}
