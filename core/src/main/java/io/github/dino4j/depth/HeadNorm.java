package io.github.dino4j.depth;

/** What a head does to the channels of a backbone before it reads them. */
public enum HeadNorm {
    /** Takes them as they are. */
    NONE,
    /** Batch normalisation. */
    BATCH
}
