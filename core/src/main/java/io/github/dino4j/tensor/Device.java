package io.github.dino4j.tensor;

/** Where a tensor's values live. */
public enum Device {
    /** Main memory. */
    CPU,
    /** Nowhere: shapes without values, to ask a model for its tensor flow at no cost. */
    META
}
