package io.github.dino4j.depth;

/** What a linear head makes of a layer's class token. */
public enum ClassToken {
    /** Leaves it out. */
    IGNORED,
    /** Appends it to the channels of every pixel of that layer's map. */
    APPENDED
}
