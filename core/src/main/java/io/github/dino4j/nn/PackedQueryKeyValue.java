package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.PackedAttention;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.PackedWeight.Then;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * q, k, v on packed weights: norm, product and turn go tile by tile, and attention reads the one matrix of rows.
 *
 * <p>Where positions turn q and k, the channels of each head stand in pairs (i, i + d/2), see {@link #pairs}.
 */
final class PackedQueryKeyValue implements QueryKeyValue {
    private final PackedWeight weight;
    private final int heads;
    private final DType type;
    private final DType result;
    private final Consumer<Tensor> observer;
    private final Optional<PackedUpdate> update;

    /** See {@link PackedLinear}; the update's outputs are in the order of the weight's. */
    PackedQueryKeyValue(
            PackedWeight weight,
            int heads,
            Precision precision,
            Consumer<Tensor> observer,
            Optional<PackedUpdate> update) {
        this.update = update;
        this.observer = observer;
        this.weight = weight;
        this.heads = heads;
        type = precision.attention();
        result = precision == Precision.BFLOAT16 ? DType.BF16 : DType.F32; // what the next product reads
    }

    @Override
    public Tensor project(Normalization norm, Tensor x, Crops crops) {
        List<Crops.Tile> tiles = crops.tiles();
        return Tiles.map(Crops.ranges(tiles), weight.out(), type, i -> {
            Crops.Tile tile = tiles.get(i);
            Tensor rows = norm.forward(tile.rows().of(x));
            observer.accept(rows);
            Tensor change = update.map(u -> u.of(rows)).orElse(null);
            Tensor y = weight.forward(rows, Then.NOTHING, change, DType.F32);
            if (tile.crop().rotary() instanceof Rotary.Pairs pairs) {
                pairs.turn(y, tile.first(), tile.crop().length());
            }
            return y;
        });
    }

    @Override
    public Tensor mix(Tensor qkv, Crops crops) {
        return PackedAttention.mix(qkv, heads, crops.images(), result);
    }

    /** The order of rows of [q, k, v] that makes neighbours of the channels i and i + d/2 of each head of q and k. */
    static long[] pairs(int dim, int heads) {
        long[] order = new long[3 * dim];
        int half = dim / heads / 2;
        for (int row = 0; row < order.length; row++) {
            boolean turns = row < 2 * dim;
            int channel = row % (2 * half);
            order[row] = turns ? row - channel + channel / 2 + (long) (channel % 2) * half : row;
        }
        return order;
    }
}
