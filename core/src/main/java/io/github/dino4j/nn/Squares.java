package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Shape of a convolution whose stride is its kernel, and how its weights begin.
 *
 * <p>Weights: {@code weight} [out, in, k, k], {@code bias} [out].
 *
 * @param in channels
 * @param out channels
 * @param side k
 */
public record Squares(int in, int out, int side, Init weightInit, Init biasInit) {
    /** Drawn uniformly in +-1/sqrt(fan in) where nothing is loaded, PyTorch's default. */
    public Squares(int in, int out, int side) {
        this(in, out, side, fanIn(in, side), fanIn(in, side));
    }

    private static Init fanIn(int in, int side) {
        return Init.uniform(1 / Math.sqrt((double) in * side * side));
    }

    /** The layer as it is. */
    Conv2d convolution(Parameters p) {
        return new Conv2d(p, new Conv2d.Shape(in, out, side, Bias.FULL).stride(side), weightInit, biasInit);
    }

    /** Its weight, for a leaf that makes something else of it. */
    Tensor weight(Parameters p) {
        return p.read("weight", weightInit, out, in, side, side);
    }

    /** Its bias. */
    Tensor bias(Parameters p) {
        return p.tensor("bias", biasInit, out);
    }
}
