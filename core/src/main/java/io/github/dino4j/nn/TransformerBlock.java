package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Pre-norm transformer block (ViT, arXiv:2010.11929, section 3.1), with LayerScale where the model has it: y = x + ls1(
 * attention(norm1(x))), then y + ls2(ffn(norm2(y))).
 *
 * <p>Tokens see each other in attention only. The rest is token by token, and {@link Rows} may cut it.
 *
 * <p>Weights: {@code norm1}, {@code attn}, {@code ls1}, {@code norm2}, {@code mlp}, {@code ls2}.
 */
public final class TransformerBlock {
    private final Normalization norm1;
    private final SelfAttention attention;
    private final Normalization norm2;
    private final FeedForward ffn;
    private final Rows rows;
    private final ResidualDrop drop;

    /**
     * Shape of a block.
     *
     * @param layerScale whether the residual branches are scaled
     * @param layerScaleInit the factors' first value
     */
    public record Config(
            SelfAttention.Config attention, Ffn ffn, Norm norm, boolean layerScale, double layerScaleInit) {}

    /** The only block of its kind. */
    public TransformerBlock(Parameters p, Config c) {
        this(p, c, 0, 1);
    }

    /** Block number {@code index}, from 0, of {@code depth}. */
    public TransformerBlock(Parameters p, Config c, int index, int depth) {
        int dim = c.attention().dim();
        norm1 = Normalization.of(p.at("norm1"), c.norm(), dim);
        attention = new SelfAttention(p.at("attn"), c.attention(), scale(p.at("ls1"), c));
        norm2 = Normalization.of(p.at("norm2"), c.norm(), dim);
        ffn = FeedForward.of(p.at("mlp"), c.ffn(), dim, scale(p.at("ls2"), c));
        rows = p.rows();
        drop = p.stochastic().of(index, depth);
    }

    private static Optional<LayerScale> scale(Parameters p, Config c) {
        return c.layerScale()
                ? Optional.of(new LayerScale(p, c.attention().dim(), c.layerScaleInit()))
                : Optional.empty();
    }

    /** Maps the tokens x [T, C] to [T, C]. */
    public Tensor forward(Tensor x, Crops crops) {
        if (drop != ResidualDrop.NONE) {
            Tensor y = drop.add(x, crops, (some, of) -> attention.project(attention.mix(norm1, some, of)));
            return drop.add(y, crops, (some, of) -> ffn.forward(norm2.forward(some)));
        }
        Tensor mixed = attention.mix(norm1, x, crops);
        return rows.map(crops, x, mixed, this::tokenwise);
    }

    private Tensor tokenwise(Tensor x, Tensor mixed) {
        Tensor y = attention.projectAdd(mixed, x);
        return ffn.forwardAdd(norm2.forward(y), y);
    }

    /** Attention weights of this block for its input x [T, C], one [B, h, N, N] a crop. */
    public List<Tensor> attentionWeights(Tensor x, Crops crops) {
        return attention.weights(norm1, x, crops);
    }
}
