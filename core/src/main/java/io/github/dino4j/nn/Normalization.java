package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** A built {@link Norm}: keeps the shape of x [..., C]. */
public sealed interface Normalization permits LayerNorm, RmsNorm {
    Tensor forward(Tensor x);

    /** Builds the normalisation whose weights stand at {@code p}. */
    static Normalization of(Parameters p, Norm norm, int dim) {
        if (norm instanceof Norm.Rms rms) {
            return new RmsNorm(p, rms, dim);
        }
        return new LayerNorm(p, norm.eps(), dim);
    }
}
