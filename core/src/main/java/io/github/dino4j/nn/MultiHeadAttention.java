package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Multi-head attention between two lists of tokens ("Attention Is All You Need", arXiv:1706.03762, section 3.2), with the
 * weights of PyTorch's {@code MultiheadAttention}; the transformer decoders of DETR's family are made of it. Tokens of one
 * list that look at each other in a backbone are {@link SelfAttention}.
 *
 * <p>Weights: {@code in_proj_weight} [3D, D] and {@code in_proj_bias} [3D], rows q, k, v, each split by head; {@code
 * out_proj} [D, D].
 */
public final class MultiHeadAttention {
    private final int heads;
    private final Tensor weight;
    private final Tensor bias;
    private final Linear out;

    /**
     * @param dim D, width of queries, keys and values
     * @param heads a divisor of {@code dim}
     */
    public MultiHeadAttention(Parameters p, int dim, int heads) {
        if (heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException(
                    "width " + dim + " cannot be split over " + heads + " heads; take a divisor of the width");
        }
        this.heads = heads;
        weight = p.tensor("in_proj_weight", Init.uniform(Math.sqrt(6.0 / (4 * dim))), 3L * dim, dim);
        bias = p.tensor("in_proj_bias", Init.ZERO, 3L * dim);
        out = p.linear("out_proj", dim, dim, Bias.FULL);
    }

    /** Mixes the values [B, M, D] for the queries [B, N, D] by their likeness to the keys [B, M, D]: [B, N, D]. */
    public Tensor forward(Tensor query, Tensor key, Tensor value) {
        return join(Tensor.attention(split(query, 0), split(key, 1), split(value, 2)));
    }

    /**
     * The same where some keys are hidden.
     *
     * @param blocked [B, 1 or heads, N or 1, M], BOOL, true where the query does not see the key; a query that sees none
     *     gives NaN
     */
    public Tensor forward(Tensor query, Tensor key, Tensor value, Tensor blocked) {
        return join(Tensor.maskedAttention(split(query, 0), split(key, 1), split(value, 2), blocked));
    }

    /** Keys that are padding [B, M], BOOL, as {@code blocked} of {@link #forward(Tensor, Tensor, Tensor, Tensor)}. */
    public static Tensor padding(Tensor keys) {
        return keys.reshape(keys.size(0), 1, 1, keys.size(1));
    }

    /** The projected heads [B, heads, N, D / heads] of tokens [B, N, D]. */
    private Tensor split(Tensor tokens, int part) {
        long dim = tokens.size(2);
        Tensor rows = weight.narrow(0, part * dim, dim); // cut here, not once: a variable's gradient comes through it
        return tokens.linear(rows, bias.narrow(0, part * dim, dim))
                .reshape(tokens.size(0), tokens.size(1), heads, dim / heads)
                .transpose(1, 2);
    }

    private Tensor join(Tensor mixed) {
        return out.forward(mixed.transpose(1, 2).flatten(2, 3));
    }
}
