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

    /** The factors [C], to be folded into the weights before. */
    Tensor factors() {
        return gamma;
    }

    /** Scales x [..., C] channel by channel. */
    public Tensor forward(Tensor x) {
        return x.mul(gamma);
    }

    /** residual + the same. */
    Tensor forwardAdd(Tensor x, Tensor residual) {
        return residual.addProduct(x, gamma);
    }
}
