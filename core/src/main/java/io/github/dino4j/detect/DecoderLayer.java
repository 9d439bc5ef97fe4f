package io.github.dino4j.detect;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.MultiHeadAttention;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * A layer of Plain DETR's decoder (arXiv:2308.01904): the queries look at each other, then at the image around their boxes,
 * then each at itself. Norms come before the branches; {@code norm2} is that of the first branch, as its authors count.
 *
 * <p>Weights: {@code self_attn}, {@code cross_attn}, {@code linear1}, {@code linear2}, {@code norm1..3}.
 */
final class DecoderLayer {
    private final BoxAttention cross;
    private final LayerNorm norm1;
    private final MultiHeadAttention self;
    private final LayerNorm norm2;
    private final Linear linear1;
    private final Linear linear2;
    private final LayerNorm norm3;

    /**
     * The image that the queries look at.
     *
     * @param keys features with positions [B, height * width, D]
     * @param values features [B, height * width, D]
     * @param padded places without image [B, height, width], BOOL
     */
    record Memory(Tensor keys, Tensor values, int height, int width, Optional<Tensor> padded) {}

    DecoderLayer(Parameters p, DetectorConfig c) {
        cross = new BoxAttention(p.at("cross_attn"), c);
        norm1 = new LayerNorm(p.at("norm1"), Detector.EPS, c.dim());
        self = new MultiHeadAttention(p.at("self_attn"), c.dim(), c.heads());
        norm2 = new LayerNorm(p.at("norm2"), Detector.EPS, c.dim());
        linear1 = Detector.linear(p, "linear1", c.dim(), c.decoderHidden());
        linear2 = Detector.linear(p, "linear2", c.decoderHidden(), c.dim());
        norm3 = new LayerNorm(p.at("norm3"), Detector.EPS, c.dim());
    }

    /**
     * The queries after this layer [B, Q, D].
     *
     * @param positions of the queries [B, Q, D]; added where likeness is measured
     * @param boxes of the queries, centred, in pixels [B, Q, 4]
     * @param apart queries that do not see each other [1, 1, Q, Q], BOOL
     */
    Tensor forward(Tensor queries, Tensor positions, Tensor boxes, Memory memory, Optional<Tensor> apart) {
        Tensor x = queries;
        Tensor t = norm2.forward(x);
        Tensor placed = t.add(positions);
        x = x.add(apart.isPresent() ? self.forward(placed, placed, t, apart.get()) : self.forward(placed, placed, t));
        t = norm1.forward(x);
        x = x.add(cross.forward(
                t.add(positions), boxes, memory.keys, memory.values, memory.height, memory.width, memory.padded));
        return linear2.forwardAdd(linear1.forward(norm3.forward(x), Activation.RELU), x);
    }
}
