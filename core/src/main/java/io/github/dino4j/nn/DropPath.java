package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Stochastic depth (arXiv:1603.09382): in a {@linkplain Parameters#learning learning} view a sample's branch is left out
 * with probability {@code rate}, and divided by 1 - rate where it stays; elsewhere nothing happens.
 */
@FunctionalInterface
public interface DropPath {
    /** Treats the branch x [B, ...] sample by sample. */
    Tensor forward(Tensor x);

    static DropPath of(Parameters p, double rate) {
        if (rate == 0 || !p.isLearning()) {
            return x -> x;
        }
        return x -> {
            long[] one = new long[x.dim()];
            java.util.Arrays.fill(one, 1);
            one[0] = x.size(0);
            return x.mul(Tensor.full(1, x.dtype(), x.device(), one).dropout(rate));
        };
    }
}
