package io.github.dino4j.predict;

/** A precision that this processor or this kind of backbone does not have; the message names one that is there. */
public final class PrecisionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    PrecisionException(String message) {
        super(message);
    }
}
