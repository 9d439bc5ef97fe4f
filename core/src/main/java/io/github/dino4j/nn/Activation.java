package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** Elementwise non-linearities that a linear layer may fuse. */
public enum Activation {
    /** x Phi(x), the erf form that every DINO model uses. */
    GELU,
    SILU,
    RELU;

    public Tensor apply(Tensor x) {
        return switch (this) {
            case GELU -> x.gelu();
            case SILU -> x.silu();
            case RELU -> x.relu();
        };
    }
}
