package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * q, k and v of tokens, and how they mix: the part of attention that a view may compute in its own way.
 *
 * <p>Weights: {@code qkv} [3C, C], rows q, k, v, each split by head.
 */
interface QueryKeyValue {
    /** Rows [q, k, v] of norm(x), q and k turned by position: x [T, C] to [T, 3C]. */
    Tensor project(Normalization norm, Tensor x, Crops crops);

    /** softmax(q k^T / sqrt(d)) v within each image: [T, 3C] to [T, C]. */
    Tensor mix(Tensor qkv, Crops crops);

    /** softmax(q k^T / sqrt(d)), one [B, h, N, N] a crop. */
    default List<Tensor> weights(Tensor qkv, Crops crops, int heads) {
        List<Tensor> weights = new ArrayList<>();
        for (Tensor part : crops.split(qkv)) {
            Tensor[] parts = heads(part, heads);
            weights.add(parts[0].matmul(parts[1].transpose(-2, -1))
                    .mul(1 / Math.sqrt((double) parts[0].size(-1)))
                    .softmax(-1));
        }
        return weights;
    }

    /** [B, N, 3C] to q, k, v [B, h, N, d]. */
    static Tensor[] heads(Tensor qkv, int heads) {
        long dim = qkv.size(2) / 3 / heads;
        return qkv.reshape(qkv.size(0), qkv.size(1), 3, heads, dim)
                .permute(2, 0, 3, 1, 4)
                .unbind(0);
    }
}
