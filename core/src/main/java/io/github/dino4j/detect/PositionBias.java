package io.github.dino4j.detect;

import io.github.dino4j.tensor.Tensor;

/** How distances between a box's edge and a place enter the decoder's position bias. */
public enum PositionBias {
    /** In pixels, as they are. */
    LINEAR {
        @Override
        Tensor measure(Tensor pixels) {
            return pixels;
        }
    },
    /** sign(d) log2(|d| + 1) / log2(8), which tells near places apart and far ones less ({@code abs_log8}). */
    LOGARITHMIC {
        @Override
        Tensor measure(Tensor pixels) {
            Tensor right = pixels.relu().add(1).log();
            Tensor left = pixels.neg().relu().add(1).log(); // one of the two is 0, so no sign is needed
            return right.sub(left).mul(1 / Math.log(8));
        }
    };

    abstract Tensor measure(Tensor pixels);
}
