package io.github.dino4j.depth;

/** What stands between DPT's last fusion and its output convolutions. */
public enum AfterFusion {
    /** A 3x3 convolution and a ReLU. */
    PROJECTION,
    /** Nothing. */
    NOTHING
}
