package io.github.dino4j.tensor;

/** The engine refused an operation: names the operation, the shapes and the engine's own first line. */
public final class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TensorException(String message) {
        super(message);
    }

    public TensorException(String message, Throwable cause) {
        super(message, cause);
    }
}
