package io.github.dino4j.nn;

/**
 * What is left to chance while a vision transformer learns.
 *
 * @param dropPath probability that a sample goes past a residual branch (stochastic depth, arXiv:1603.09382)
 * @param growing whether it grows from 0 in the first block (DINOv1); else all blocks have it alike (DINOv2, DINOv3)
 * @param subset whether exactly that share of a batch goes past, and is not computed at all (DINOv2 above 0.1, DINOv3); else
 *     each sample by itself
 * @param positions how rotary positions are distorted
 */
public record Stochastic(double dropPath, boolean growing, boolean subset, RotaryEmbedding.Distortion positions) {
    /** Nothing is. */
    public static final Stochastic NONE = new Stochastic(0, false, false, RotaryEmbedding.Distortion.NONE);

    public Stochastic {
        if (!(dropPath >= 0 && dropPath < 1)) {
            throw new IllegalArgumentException(
                    "branches are dropped with a probability of 0 to below 1, not " + dropPath);
        }
    }

    /** DINO (arXiv:2104.14294): 0.1 there. */
    public static Stochastic dinoV1(double dropPath) {
        return new Stochastic(dropPath, true, false, RotaryEmbedding.Distortion.NONE);
    }

    /** DINOv2 (arXiv:2304.07193): 0.3 to 0.4 there. */
    public static Stochastic dinoV2(double dropPath) {
        return new Stochastic(dropPath, false, dropPath > 0.1, RotaryEmbedding.Distortion.NONE);
    }

    /** DINOv3 (arXiv:2508.10104). */
    public static Stochastic dinoV3(double dropPath, RotaryEmbedding.Distortion positions) {
        return new Stochastic(dropPath, false, true, positions);
    }

    /** What a block does with its branches. */
    ResidualDrop of(int block, int depth) {
        double rate = growing && depth > 1 ? dropPath * block / (depth - 1) : dropPath;
        if (rate == 0) {
            return ResidualDrop.NONE;
        }
        return subset ? new ResidualDrop.Subset(rate) : new ResidualDrop.Samples(rate);
    }
}
