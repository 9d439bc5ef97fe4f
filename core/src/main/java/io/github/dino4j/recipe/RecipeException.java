package io.github.dino4j.recipe;

/** A recipe cannot be read, or says something that nobody understands; the message names the key and the way out. */
public final class RecipeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RecipeException(String message) {
        super(message);
    }

    public RecipeException(String message, Throwable cause) {
        super(message, cause);
    }
}
