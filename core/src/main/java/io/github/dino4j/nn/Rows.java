package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.List;
import java.util.function.BinaryOperator;

/** How work that sees one token at a time is cut: in one piece, or in tiles that several threads share. */
public interface Rows {
    /** Maps rows of x and y to rows of the result, float32, as wide as x. */
    Tensor map(Crops crops, Tensor x, Tensor y, BinaryOperator<Tensor> body);

    /** In one piece, with gradients; an operation spreads over the threads by itself. */
    Rows WHOLE = (crops, x, y, body) -> body.apply(x, y);

    /** In tiles: what a tile makes stays in the cache of its core, and is freed with it. */
    Rows TILED = (crops, x, y, body) -> {
        List<Tiles.Range> ranges = Crops.ranges(crops.tiles());
        return Tiles.map(ranges, x.size(1), x.dtype(), i -> {
            Tiles.Range rows = ranges.get(i);
            return body.apply(rows.of(x), rows.of(y));
        });
    };
}
