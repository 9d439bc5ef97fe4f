package io.github.dino4j.text;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.FeedForward;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.LayerScale;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * A block of the text tower ("Attention Is All You Need", arXiv:1706.03762, with the norms in front): y = x + ls1(
 * attention(norm(x))), then y + ls2(ffn(norm(y))). In a causal block a token sees itself and those before it.
 *
 * <p>Weights: {@code attention_norm}, {@code attention.qkv} without bias, {@code attention.proj}, {@code ffn_norm}, {@code
 * feed_forward.fc1}, {@code .fc2}, and {@code ls1}, {@code ls2} where the model has them.
 */
final class TextBlock {
    static final double EPS = 1e-5;

    private final int heads;
    private final boolean causal;
    private final LayerNorm attentionNorm;
    private final Linear qkv;
    private final Linear proj;
    private final LayerNorm ffnNorm;
    private final FeedForward ffn;

    TextBlock(Parameters p, TextConfig c, boolean causal, Optional<Double> layerScale) {
        int dim = c.dim();
        heads = c.heads();
        this.causal = causal;
        attentionNorm = new LayerNorm(p.at("attention_norm"), EPS, dim);
        qkv = p.at("attention").linear("qkv", dim, 3 * dim, Bias.NONE);
        proj = p.at("attention").linear("proj", dim, dim, Bias.FULL, scale(p.at("ls1"), dim, layerScale));
        ffnNorm = new LayerNorm(p.at("ffn_norm"), EPS, dim);
        ffn = FeedForward.of(
                p.at("feed_forward"), new Ffn.Mlp(c.hidden(), true), dim, scale(p.at("ls2"), dim, layerScale));
    }

    private static Optional<LayerScale> scale(Parameters p, int dim, Optional<Double> init) {
        return init.map(value -> new LayerScale(p, dim, value));
    }

    /** Maps tokens [B, N, D] to [B, N, D]. */
    Tensor forward(Tensor x) {
        Tensor y = proj.forwardAdd(mixed(qkv.forward(attentionNorm.forward(x))), x);
        return ffn.forwardAdd(ffnNorm.forward(y), y);
    }

    /** Attention among the rows q, k, v [B, N, 3D]: [B, N, D]. */
    private Tensor mixed(Tensor rows) {
        long batch = rows.size(0);
        long length = rows.size(1);
        long dim = rows.size(2) / 3;
        Tensor[] parts = rows.reshape(batch, length, 3, heads, dim / heads)
                .permute(2, 0, 3, 1, 4)
                .unbind(0);
        Tensor y = causal
                ? Tensor.biasedAttention(parts[0], parts[1], parts[2], later((int) length))
                : Tensor.attention(parts[0], parts[1], parts[2]);
        return y.transpose(1, 2).reshape(batch, length, dim);
    }

    /** Minus infinity [N, N] where a token would look at a later one. */
    private static Tensor later(int length) {
        float[] bias = new float[length * length];
        for (int i = 0; i < length; i++) {
            for (int j = i + 1; j < length; j++) {
                bias[i * length + j] = Float.NEGATIVE_INFINITY;
            }
        }
        return Tensor.of(bias, 1, 1, length, length);
    }
}
