package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Linear layers with a ReLU between each two, as DETR (arXiv:2005.12872) reads boxes and mask embeddings off its queries.
 *
 * <p>Weights: {@code layers.i} [width i + 1, width i].
 */
public final class MultiLayerPerceptron {
    private final List<Linear> layers = new ArrayList<>();

    /**
     * @param widths of the input, between the layers, and of the output
     */
    public MultiLayerPerceptron(Parameters p, int... widths) {
        for (int i = 0; i + 1 < widths.length; i++) {
            layers.add(p.linear("layers." + i, widths[i], widths[i + 1], Bias.FULL));
        }
    }

    /** Maps x [..., first width] to [..., last width]. */
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Linear layer : layers.subList(0, layers.size() - 1)) {
            y = layer.forward(y, Activation.RELU);
        }
        return layers.get(layers.size() - 1).forward(y);
    }
}
