package io.github.dino4j.export;

/** A file cannot be written or a journal cannot be used. The message names it, the cause and the way out. */
public final class ExportException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ExportException(String message) {
        super(message);
    }

    public ExportException(String message, Throwable cause) {
        super(message, cause);
    }
}
