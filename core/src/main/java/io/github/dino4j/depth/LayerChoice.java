package io.github.dino4j.depth;

import io.github.dino4j.backbone.Layers;
import java.util.stream.IntStream;

/** Which layers a head of several levels reads; a head of one level reads the last. */
public enum LayerChoice {
    /** At even distances; with 24 blocks and four levels 4, 11, 17, 23, as most heads of DINOv2 and DINOv3 were trained. */
    EVEN,
    /** The ends of equal parts without that exception; with 24 blocks and four levels 5, 11, 17, 23. */
    QUARTERS,
    /** The last ones. */
    LAST;

    /** The layers of a backbone of {@code depth} blocks for a head of {@code levels}. */
    public Layers of(int depth, int levels) {
        if (levels == 1 || this == LAST || levels > depth) {
            return Layers.last(levels);
        }
        return this == EVEN && levels == 4
                ? Layers.fourEvenly(depth)
                : Layers.of(IntStream.rangeClosed(1, levels)
                        .map(k -> k * (depth / levels) - 1)
                        .toArray());
    }
}
