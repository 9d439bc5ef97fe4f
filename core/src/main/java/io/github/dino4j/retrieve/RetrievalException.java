package io.github.dino4j.retrieve;

/** An index that cannot be read, written or asked; the message names it, and the way out. */
public final class RetrievalException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RetrievalException(String message) {
        super(message);
    }

    public RetrievalException(String message, Throwable cause) {
        super(message, cause);
    }
}
