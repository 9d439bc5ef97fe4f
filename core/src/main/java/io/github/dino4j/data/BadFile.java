package io.github.dino4j.data;

import java.nio.file.Path;

/**
 * A file that cannot be used.
 *
 * @param reason names the file, and the way out
 */
public record BadFile(Path file, String reason) {
    @Override
    public String toString() {
        return reason;
    }
}
