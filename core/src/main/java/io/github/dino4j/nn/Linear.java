package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** x W^T + b, however the weights are held: plain, with an adapter, packed. */
public interface Linear {
    /** Maps x [..., in] to [..., out]. */
    Tensor forward(Tensor x);

    /** The same followed by an activation, fused where the leaf can. */
    default Tensor forward(Tensor x, Activation activation) {
        return activation.apply(forward(x));
    }

    /** residual + the same, fused where the leaf can. */
    default Tensor forwardAdd(Tensor x, Tensor residual) {
        return residual.add(forward(x));
    }
}
