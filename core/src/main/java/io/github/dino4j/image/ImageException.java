package io.github.dino4j.image;

import org.jspecify.annotations.Nullable;

/**
 * An image file that cannot be read. The message names the file, what was found, what was wanted and the way out.
 *
 * <p>Unchecked: a caller that can go on without one file catches it, or reads through {@link ImageLoader}, which hands
 * it over as {@link Loaded.Failed}.
 */
public final class ImageException extends RuntimeException {

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
