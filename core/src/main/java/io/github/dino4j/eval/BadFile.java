package io.github.dino4j.eval;

import java.nio.file.Path;

/**
 * A file that an evaluation cannot use.
 *
 * @param reason names the file, and the way out
 */
public record BadFile(Path file, String reason) {
    @Override
    public String toString() {
        return reason;
    }
}
