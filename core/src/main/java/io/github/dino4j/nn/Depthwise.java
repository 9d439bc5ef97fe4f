package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.function.BinaryOperator;

/**
 * Convolution of each channel by itself (ConvNeXt, arXiv:2201.03545, "Large kernel sizes"), with an odd square kernel
 * and zeros around the map, which keeps its size.
 *
 * <p>Weights: {@code weight} [C, 1, k, k], {@code bias} [C].
 */
public interface Depthwise {
    /**
     * Convolves x, then works on single pixels.
     *
     * @param pixelwise maps rows of the convolution and the same rows of x to rows as wide as x; it may see them in
     *     pieces, on several threads
     * @return rows [B height width, C]
     */
    Tensor forward(FeatureMap x, BinaryOperator<Tensor> pixelwise);
}
