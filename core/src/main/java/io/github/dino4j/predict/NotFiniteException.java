package io.github.dino4j.predict;

/** A model or head gave NaN or infinity; the message names which, and the way out. Nothing was made of it. */
public final class NotFiniteException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public NotFiniteException(String message) {
        super(message);
    }

    /** The same with the photo named in front. */
    public NotFiniteException(String message, Throwable cause) {
        super(message, cause);
    }
}
