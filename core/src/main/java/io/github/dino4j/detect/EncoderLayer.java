package io.github.dino4j.detect;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.MultiHeadAttention;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * A layer of DETR's encoder (arXiv:2005.12872, appendix, "Architecture"): the features look at each other, then each at
 * itself; norms come after the sums.
 *
 * <p>Weights: {@code self_attn}, {@code linear1}, {@code linear2}, {@code norm1}, {@code norm2}.
 */
final class EncoderLayer {
    private final MultiHeadAttention attention;
    private final LayerNorm norm1;
    private final Linear linear1;
    private final Linear linear2;
    private final LayerNorm norm2;

    EncoderLayer(Parameters p, DetectorConfig c) {
        attention = new MultiHeadAttention(p.at("self_attn"), c.dim(), c.heads());
        norm1 = new LayerNorm(p.at("norm1"), Detector.EPS, c.dim());
        linear1 = Detector.linear(p, "linear1", c.dim(), c.encoderHidden());
        linear2 = Detector.linear(p, "linear2", c.encoderHidden(), c.dim());
        norm2 = new LayerNorm(p.at("norm2"), Detector.EPS, c.dim());
    }

    /**
     * The features after this layer [B, N, D].
     *
     * @param positions added where likeness is measured [B, N, D]
     * @param hidden keys that are padding [B, 1, 1, N], BOOL
     */
    Tensor forward(Tensor x, Tensor positions, Optional<Tensor> hidden) {
        Tensor placed = x.add(positions);
        Tensor mixed = hidden.isPresent()
                ? attention.forward(placed, placed, x, hidden.get())
                : attention.forward(placed, placed, x);
        Tensor y = norm1.forward(x.add(mixed));
        return norm2.forward(linear2.forwardAdd(linear1.forward(y, Activation.RELU), y));
    }
}
