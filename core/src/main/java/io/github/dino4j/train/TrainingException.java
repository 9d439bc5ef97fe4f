package io.github.dino4j.train;

/** A run cannot begin or go on. The message says what is to blame, what is safe on the disk, and the way out. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TrainingException(String message) {
        super(message);
    }

    public TrainingException(String message, Throwable cause) {
        super(message, cause);
    }
}
