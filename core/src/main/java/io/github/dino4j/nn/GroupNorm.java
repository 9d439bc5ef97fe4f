package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Group normalisation (arXiv:1803.08494): per sample, over groups of channels and all places.
 *
 * <p>Weights: {@code weight} [C], {@code bias} [C].
 */
public final class GroupNorm {
    private static final double EPS = 1e-5;

    private final int groups;
    private final Tensor weight;
    private final Tensor bias;

    /**
     * @param groups a divisor of {@code channels}
     */
    public GroupNorm(Parameters p, int groups, int channels) {
        if (channels % groups != 0) {
            throw new IllegalArgumentException(
                    channels + " channels cannot be split into " + groups + " groups; take a multiple of " + groups);
        }
        this.groups = groups;
        weight = p.tensor("weight", Init.ONE, channels);
        bias = p.tensor("bias", Init.ZERO, channels);
    }

    /** Normalises x [B, C, H, W]. */
    public Tensor forward(Tensor x) {
        return x.groupNorm(groups, weight, bias, EPS);
    }
}
