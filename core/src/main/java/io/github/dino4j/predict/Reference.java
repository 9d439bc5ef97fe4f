package io.github.dino4j.predict;

/** Whose numbers to give where the published libraries differ on the same weights. */
public enum Reference {
    /** Meta's code: rotary periods as stored, v1 and v2 positions resampled by scale, eps 1e-6 in v1. */
    META,
    /** transformers: periods recomputed, positions resampled by size, eps of config.json, its image processor. */
    HUGGING_FACE,
    /** timm: periods recomputed, positions resampled by size with antialias, its transform. */
    TIMM
}
