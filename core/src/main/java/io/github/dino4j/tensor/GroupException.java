package io.github.dino4j.tensor;

/** Processes that compute together have lost each other: names rank and operation. The group cannot be used any more. */
public final class GroupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GroupException(String message, Throwable cause) {
        super(message, cause);
    }
}
