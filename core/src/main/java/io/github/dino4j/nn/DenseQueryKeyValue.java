package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** q, k, v by the engine's own operators, with gradients. */
final class DenseQueryKeyValue implements QueryKeyValue {
    private final Linear linear;
    private final int heads;

    DenseQueryKeyValue(Linear linear, int heads) {
        this.linear = linear;
        this.heads = heads;
    }

    @Override
    public Tensor project(Normalization norm, Tensor x, Crops crops) {
        Tensor qkv = linear.forward(norm.forward(x));
        List<Tensor> turned = new ArrayList<>();
        List<Tensor> parts = crops.split(qkv);
        for (int i = 0; i < parts.size(); i++) {
            turned.add(turn(parts.get(i), crops.crops().get(i).rotary()));
        }
        return Crops.join(turned);
    }

    /** Turns q and k of [B, N, 3C]. */
    private Tensor turn(Tensor qkv, Rotary rotary) {
        if (!(rotary instanceof Rotary.Table table)) {
            return qkv;
        }
        if (qkv.dtype() == DType.F32 && table.cos().dtype() == DType.F32) {
            return table.rotateRows(qkv, heads);
        }
        long batch = qkv.size(0);
        long length = qkv.size(1);
        long width = qkv.size(2) / 3;
        Tensor both = qkv.narrow(2, 0, 2 * width).reshape(batch, length, 2L * heads, width / heads);
        Tensor turned = table.rotate(both.transpose(1, 2)).transpose(1, 2).reshape(batch, length, 2 * width);
        return Tensor.cat(2, turned, qkv.narrow(2, 2 * width, width));
    }

    @Override
    public Tensor mix(Tensor qkv, Crops crops) {
        List<Tensor> mixed = new ArrayList<>();
        for (Tensor part : crops.split(qkv)) {
            Tensor[] parts = QueryKeyValue.heads(part, heads);
            Tensor y = Tensor.attention(parts[0], parts[1], parts[2]); // [B, h, N, d]
            mixed.add(y.transpose(1, 2).flatten(2, 3));
        }
        return Crops.join(mixed);
    }
}
