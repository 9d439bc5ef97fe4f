package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * What a view adds to the output of a linear layer, before anything else is done with it: before a LayerScale, an
 * activation, a turn by position.
 */
public interface LinearUpdate {
    /** What is added, [..., out], for the layer's input x [..., in]; with gradients where the update learns. */
    Tensor of(Tensor x);

    /**
     * The same as a product of two matrices, for layers that hold their outputs in an order of their own.
     *
     * @throws IllegalStateException if it has none, since it learns: a packed layer gives no gradients
     */
    Product product();

    /**
     * x A^T B^T.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     */
    record Product(Tensor a, Tensor b) {}
}
