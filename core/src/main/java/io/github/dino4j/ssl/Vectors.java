package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;

/** Arithmetic on vectors along the last axis. */
final class Vectors {
    private Vectors() {}

    /** Each vector divided by its length, or by {@code eps} where that is larger. */
    static Tensor unit(Tensor x, double eps) {
        return x.div(x.square().sum(true, -1).clampMin(eps * eps).sqrt());
    }
}
