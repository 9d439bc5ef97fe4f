package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Root mean square normalisation (arXiv:1910.07467): x / sqrt(mean(x^2) + eps) * weight.
 *
 * <p>Weights: {@code weight} [C].
 */
final class RmsNorm implements Normalization {
    private final Tensor weight;
    private final double eps;

    RmsNorm(Parameters p, Norm.Rms norm, int dim) {
        weight = p.tensor("weight", Init.ONE, dim);
        eps = norm.eps();
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.mul(x.square().mean(true, -1).add(eps).rsqrt()).mul(weight);
    }
}
