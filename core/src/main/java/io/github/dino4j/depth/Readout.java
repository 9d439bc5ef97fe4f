package io.github.dino4j.depth;

/** What DPT makes of a layer's class token (arXiv:2103.13413, "Transformer encoder": the readout token). */
public enum Readout {
    /** Drops it. */
    IGNORE,
    /** Adds it to every patch token. */
    ADD,
    /** A linear layer with GELU on [patch token, class token]. */
    PROJECT
}
