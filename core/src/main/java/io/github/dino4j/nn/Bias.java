package io.github.dino4j.nn;

/** Which bias a linear layer has. */
public enum Bias {
    NONE,
    FULL,
    /**
     * A bias of q, k and v whose middle third is held at zero by a stored mask, since a key bias changes no attention
     * weight (DINOv3).
     */
    KEY_MASKED;

    public static Bias of(boolean present) {
        return present ? FULL : NONE;
    }
}
