package io.github.dino4j.backbone;

import io.github.dino4j.nn.RotaryEmbedding;

/** How a vision transformer knows where a patch stands. */
public sealed interface Position {
    /** One learned vector a cell of a square grid, added to the tokens (v1, v2). */
    record LearnedGrid(int side, GridResample resample) implements Position {}

    /** Rotary angles in every attention (v3). */
    record Rope(RotaryEmbedding.Config config) implements Position {}

    /** How a learned grid is brought to another size; bicubic in each case. */
    sealed interface GridResample {
        boolean antialias();

        /**
         * By scale factors (n + offset) / side, which also map the coordinates. Meta's code for v1 and for v2 without
         * registers: offset 0.1, no antialias.
         */
        record ByScale(double offset, boolean antialias) implements GridResample {}

        /** By the wanted size. Meta's code for v2 with registers: antialias; transformers and timm everywhere. */
        record BySize(boolean antialias) implements GridResample {}
    }
}
