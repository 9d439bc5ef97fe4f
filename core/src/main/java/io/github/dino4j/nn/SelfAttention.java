package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Multi-head self-attention (ViT, arXiv:2010.11929, appendix A), with rotary positions where the model has them.
 *
 * <p>Weights: {@code qkv} [3C, C], rows q, k, v, each split by head; {@code proj} [C, C].
 */
public final class SelfAttention {
    private final int heads;
    private final Linear qkv;
    private final Linear proj;

    /** Shape of an attention layer. */
    public record Config(int dim, int heads, Bias qkvBias, Bias projBias) {}

    public SelfAttention(Parameters p, Config c) {
        heads = c.heads();
        qkv = p.linear("qkv", c.dim(), 3 * c.dim(), c.qkvBias());
        proj = p.linear("proj", c.dim(), c.dim(), c.projBias());
    }

    /** Mixes the tokens x [T, C] within each image. */
    public Tensor forward(Tensor x, Crops crops) {
        List<Tensor> parts = crops.split(qkv.forward(x));
        List<Tensor> mixed = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Tensor[] qkv = heads(parts.get(i));
            Rotary rotary = crops.crops().get(i).rotary();
            Tensor y = Tensor.attention(rotary.rotate(qkv[0]), rotary.rotate(qkv[1]), qkv[2]); // [B, h, N, d]
            mixed.add(y.transpose(1, 2).flatten(2, 3));
        }
        return proj.forward(Crops.join(mixed));
    }

    /** Attention weights of the tokens x [T, C]: softmax(q k^T / sqrt(d)), one [B, h, N, N] a crop. */
    public List<Tensor> weights(Tensor x, Crops crops) {
        List<Tensor> parts = crops.split(qkv.forward(x));
        List<Tensor> weights = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Tensor[] qkv = heads(parts.get(i));
            Rotary rotary = crops.crops().get(i).rotary();
            Tensor q = rotary.rotate(qkv[0]);
            Tensor k = rotary.rotate(qkv[1]);
            weights.add(q.matmul(k.transpose(-2, -1))
                    .mul(1 / Math.sqrt((double) q.size(-1)))
                    .softmax(-1));
        }
        return weights;
    }

    /** [B, N, 3C] to q, k, v [B, h, N, d]. */
    private Tensor[] heads(Tensor qkv) {
        long headDim = qkv.size(2) / 3 / heads;
        return qkv.reshape(qkv.size(0), qkv.size(1), 3, heads, headDim)
                .permute(2, 0, 3, 1, 4)
                .unbind(0);
    }
}
