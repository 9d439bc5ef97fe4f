package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Multi-head self-attention (ViT, arXiv:2010.11929, appendix A), with rotary positions where the model has them.
 *
 * <p>Weights: {@code qkv} [3C, C], rows q, k, v, each split by head; {@code proj} [C, C].
 */
public final class SelfAttention {
    private final int heads;
    private final QueryKeyValue qkv;
    private final Linear proj;

    /**
     * Shape of an attention layer.
     *
     * @param rotary type of the rotary tables, where positions turn q and k
     */
    public record Config(int dim, int heads, Bias qkvBias, Bias projBias, Optional<DType> rotary) {}

    /** An attention layer whose projection is followed by a LayerScale where given. */
    public SelfAttention(Parameters p, Config c, Optional<LayerScale> scale) {
        heads = c.heads();
        qkv = p.queryKeyValue(c);
        proj = p.linear("proj", c.dim(), c.dim(), c.projBias(), scale);
    }

    /** Mixes the tokens norm(x) within each image, short of the projection: x [T, C] to [T, C]. */
    public Tensor mix(Normalization norm, Tensor x, Crops crops) {
        Tensor rows = qkv.project(norm, x, crops);
        Tensor mixed = qkv.mix(rows, crops);
        rows.close(); // three quarters of a block's memory, which the rest of the block can do without
        return mixed;
    }

    /** The projection of what {@link #mix} gave. */
    Tensor project(Tensor mixed) {
        return proj.forward(mixed);
    }

    /** residual + the projection of what {@link #mix} gave, token by token. */
    public Tensor projectAdd(Tensor mixed, Tensor residual) {
        return proj.forwardAdd(mixed, residual);
    }

    /** Attention weights of the tokens norm(x): softmax(q k^T / sqrt(d)), one [B, h, N, N] a crop. */
    public List<Tensor> weights(Normalization norm, Tensor x, Crops crops) {
        Tensor rows = qkv.project(norm, x, crops);
        return qkv.weights(rows.to(DType.F32), crops, heads);
    }
}
