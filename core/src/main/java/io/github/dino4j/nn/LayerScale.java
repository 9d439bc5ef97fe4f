package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * LayerScale (CaiT, arXiv:2103.17239, "Deeper image transformers with LayerScale"): one learned factor a channel on a
 * residual branch.
 *
 * <p>Weights: {@code gamma} [C].
 */
public final class LayerScale {
    private final Tensor gamma;

    public LayerScale(Parameters p, int dim, double init) {
        gamma = p.tensor("gamma", Init.constant(init), dim);
    }

    /** The weight [C, in] of a linear layer that this scale follows, with the scale in it. */
    Tensor fold(Tensor weight) {
        return weight.mul(gamma.unsqueeze(1));
    }

    /** Scales x [..., C] channel by channel. */
    public Tensor forward(Tensor x) {
        return x.mul(gamma);
    }
}
