package io.github.dino4j.decoder;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.MultiHeadAttention;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;

/**
 * A layer of Mask2Former's decoder (arXiv:2112.01527, section 3.2, "Transformer decoder with masked attention"): the
 * queries look at the image inside their masks, then at each other, then each at itself. Norms come after the sums.
 *
 * <p>Weights, with the layer's number inside: {@code transformer_cross_attention_layers.i}, {@code
 * transformer_self_attention_layers.i}, {@code transformer_ffn_layers.i}.
 */
final class MaskedDecoderLayer {
    private static final double EPS = 1e-5;

    private final MultiHeadAttention cross;
    private final LayerNorm crossNorm;
    private final MultiHeadAttention self;
    private final LayerNorm selfNorm;
    private final Linear linear1;
    private final Linear linear2;
    private final LayerNorm ffnNorm;

    MaskedDecoderLayer(Parameters p, MaskedTransformerDecoder.Config c, int index) {
        Parameters selfAttention = p.at("transformer_self_attention_layers").at(index);
        self = new MultiHeadAttention(selfAttention.at("self_attn"), c.dim(), c.heads());
        selfNorm = new LayerNorm(selfAttention.at("norm"), EPS, c.dim());
        Parameters crossAttention = p.at("transformer_cross_attention_layers").at(index);
        cross = new MultiHeadAttention(crossAttention.at("multihead_attn"), c.dim(), c.heads());
        crossNorm = new LayerNorm(crossAttention.at("norm"), EPS, c.dim());
        Parameters ffn = p.at("transformer_ffn_layers").at(index);
        linear1 = ffn.linear("linear1", c.dim(), c.hidden(), Bias.FULL);
        linear2 = ffn.linear("linear2", c.hidden(), c.dim(), Bias.FULL);
        ffnNorm = new LayerNorm(ffn.at("norm"), EPS, c.dim());
    }

    /**
     * The queries after this layer [B, Q, D].
     *
     * @param queries [B, Q, D]
     * @param positions of the queries [1, Q, D]; added where likeness is measured, never to what is mixed
     * @param keys the image's tokens with their positions [B, N, D]
     * @param values the image's tokens [B, N, D]
     * @param blocked tokens outside of each query's mask [B, 1, Q, N]
     */
    Tensor forward(Tensor queries, Tensor positions, Tensor keys, Tensor values, Tensor blocked) {
        Tensor x = queries;
        x = crossNorm.forward(x.add(cross.forward(x.add(positions), keys, values, blocked)));
        Tensor placed = x.add(positions);
        x = selfNorm.forward(x.add(self.forward(placed, placed, x)));
        return ffnNorm.forward(linear2.forwardAdd(linear1.forward(x, Activation.RELU), x));
    }
}
