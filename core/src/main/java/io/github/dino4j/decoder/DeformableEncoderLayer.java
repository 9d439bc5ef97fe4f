package io.github.dino4j.decoder;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * Encoder layer of Deformable DETR (arXiv:2010.04159), post-norm: deformable self-attention over all levels, then a
 * feed-forward network.
 *
 * <p>Weights: {@code self_attn}, {@code norm1}, {@code linear1}, {@code linear2}, {@code norm2}.
 */
final class DeformableEncoderLayer {
    private static final double EPS = 1e-5;

    private final MultiScaleDeformableAttention attention;
    private final LayerNorm norm1;
    private final Linear linear1;
    private final Linear linear2;
    private final LayerNorm norm2;

    DeformableEncoderLayer(Parameters p, MultiScaleDeformableAttention.Config c, int hidden) {
        attention = new MultiScaleDeformableAttention(p.at("self_attn"), c);
        norm1 = new LayerNorm(p.at("norm1"), EPS, c.dim());
        linear1 = p.linear("linear1", c.dim(), hidden, Init.xavierUniform(c.dim(), hidden), Init.ZERO);
        linear2 = p.linear("linear2", hidden, c.dim(), Init.xavierUniform(hidden, c.dim()), Init.ZERO);
        norm2 = new LayerNorm(p.at("norm2"), EPS, c.dim());
    }

    /** Maps x [B, S, D]; positions [1, S, D] are added to the queries alone, places are the pixels' middles. */
    Tensor forward(Tensor x, Tensor positions, Tensor places, Levels levels) {
        Tensor y = Scope.tidy(
                () -> norm1.forward(x.add(attention.forward(x.add(positions), places, x, levels, Optional.empty()))));
        return Scope.tidy(() -> norm2.forward(linear2.forwardAdd(linear1.forward(y, Activation.RELU), y)));
    }
}
