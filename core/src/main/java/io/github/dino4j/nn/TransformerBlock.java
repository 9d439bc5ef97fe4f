package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Pre-norm transformer block (ViT, arXiv:2010.11929, section 3.1), with LayerScale where the model has it: x + ls1(
 * attention(norm1(x))), then x + ls2(ffn(norm2(x))).
 *
 * <p>Weights: {@code norm1}, {@code attn}, {@code ls1}, {@code norm2}, {@code mlp}, {@code ls2}.
 */
public final class TransformerBlock {
    private final Normalization norm1;
    private final SelfAttention attention;
    private final Optional<LayerScale> scale1;
    private final Normalization norm2;
    private final FeedForward ffn;
    private final Optional<LayerScale> scale2;

    /**
     * Shape of a block.
     *
     * @param layerScale whether the residual branches are scaled
     * @param layerScaleInit the factors' first value
     */
    public record Config(
            SelfAttention.Config attention, Ffn ffn, Norm norm, boolean layerScale, double layerScaleInit) {}

    public TransformerBlock(Parameters p, Config c) {
        int dim = c.attention().dim();
        norm1 = Normalization.of(p.at("norm1"), c.norm(), dim);
        attention = new SelfAttention(p.at("attn"), c.attention());
        scale1 = scale(p.at("ls1"), c);
        norm2 = Normalization.of(p.at("norm2"), c.norm(), dim);
        ffn = FeedForward.of(p.at("mlp"), c.ffn(), dim);
        scale2 = scale(p.at("ls2"), c);
    }

    private static Optional<LayerScale> scale(Parameters p, Config c) {
        return c.layerScale()
                ? Optional.of(new LayerScale(p, c.attention().dim(), c.layerScaleInit()))
                : Optional.empty();
    }

    /** Maps the tokens x [T, C] to [T, C]. */
    public Tensor forward(Tensor x, Crops crops) {
        Tensor y = x.add(scaled(scale1, attention.forward(norm1.forward(x), crops)));
        return y.add(scaled(scale2, ffn.forward(norm2.forward(y))));
    }

    /** Attention weights of this block for its input x [T, C], one [B, h, N, N] a crop. */
    public List<Tensor> attentionWeights(Tensor x, Crops crops) {
        return attention.weights(norm1.forward(x), crops);
    }

    private static Tensor scaled(Optional<LayerScale> scale, Tensor x) {
        return scale.isPresent() ? scale.get().forward(x) : x;
    }
}
