package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Layer normalisation (arXiv:1607.06450) over the last axis.
 *
 * <p>Weights: {@code weight} [C], {@code bias} [C].
 */
public final class LayerNorm implements Normalization {
    private final Tensor weight;
    private final Tensor bias;
    private final double eps;

    public LayerNorm(Parameters p, double eps, int dim) {
        weight = p.tensor("weight", Init.ONE, dim);
        bias = p.tensor("bias", Init.ZERO, dim);
        this.eps = eps;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.layerNorm(weight, bias, eps);
    }

    /** The same for a map x [B, C, H, W], over its channels. */
    public Tensor forwardMap(Tensor x) {
        return forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    }
}
