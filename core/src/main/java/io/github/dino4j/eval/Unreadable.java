package io.github.dino4j.eval;

/**
 * What becomes of photos that cannot be read. It is about photos alone: a wrong truth always ends an evaluation before it
 * begins, since a result over what is left would measure something else.
 */
public enum Unreadable {
    /** Nothing is evaluated; every bad file is named. */
    FAIL,
    /** They are left out, counted, and named in the result. */
    SKIP
}
