package io.github.dino4j.decoder;

import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * Maps of one width at 1/4, 1/8, 1/16 and 1/32 of the image, [B, C, H/4, W/4] and so on: what dense decoders read.
 * Bound to the scope in which they were made.
 */
public record Pyramid(Tensor quarter, Tensor eighth, Tensor sixteenth, Tensor thirtySecond) {
    /** From high to low resolution. */
    public List<Tensor> maps() {
        return List.of(quarter, eighth, sixteenth, thirtySecond);
    }
}
