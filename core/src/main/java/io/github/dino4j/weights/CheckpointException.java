package io.github.dino4j.weights;

/** A checkpoint file cannot be used. The message names the file, what was found, what was expected and the way out. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
