package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Makes one pixel of each k x k square of a map (ConvNeXt, arXiv:2201.03545, "Separate downsampling layers"): a
 * convolution whose stride is its kernel.
 *
 * <p>Weights: {@code weight} [C', C, k, k], {@code bias} [C'].
 */
public interface Downsampling {
    /**
     * Maps x to a map of height/k x width/k pixels; a remainder is left out.
     *
     * @param before what happens to single pixels of x first; it may see their rows in pieces, on several threads
     */
    FeatureMap forward(FeatureMap x, UnaryOperator<Tensor> before);
}
