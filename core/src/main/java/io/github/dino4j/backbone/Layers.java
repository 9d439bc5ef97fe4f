package io.github.dino4j.backbone;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Which blocks (or stages) to read, counted from 0. */
public sealed interface Layers {
    /** The last {@code count}; all of them where there are fewer. */
    record Last(int count) implements Layers {}

    /** These, in ascending order whatever the order here. */
    record Of(List<Integer> indices) implements Layers {}

    static Layers last(int count) {
        return new Last(count);
    }

    static Layers of(int... indices) {
        return new Of(Arrays.stream(indices).boxed().toList());
    }

    /** Four layers at even distances, the dense heads' choice; with 24 blocks 4, 11, 17, 23 as in the paper. */
    static Layers fourEvenly(int depth) {
        if (depth < 4) {
            throw new IllegalArgumentException("four layers cannot be taken from " + depth + "; use Layers.last");
        }
        return depth == 24
                ? of(4, 11, 17, 23)
                : of(IntStream.rangeClosed(1, 4).map(k -> k * (depth / 4) - 1).toArray());
    }

    /**
     * The indices, ascending and different.
     *
     * @throws IllegalArgumentException if one is no layer of a backbone of this depth
     */
    default int[] indices(int depth) {
        if (this instanceof Last last) {
            if (last.count < 1) {
                throw new IllegalArgumentException("ask for at least one of the last layers, not " + last.count);
            }
            return IntStream.range(Math.max(0, depth - last.count), depth).toArray();
        }
        if (((Of) this).indices.isEmpty()) {
            throw new IllegalArgumentException("name at least one layer, from 0 to " + (depth - 1));
        }
        int[] indices = ((Of) this)
                .indices.stream().mapToInt(i -> i).sorted().distinct().toArray();
        for (int index : indices) {
            if (index < 0 || index >= depth) {
                throw new IllegalArgumentException(
                        "layer " + index + " does not exist: this backbone has layers 0 to " + (depth - 1));
            }
        }
        return indices;
    }
}
