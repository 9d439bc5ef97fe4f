package io.github.dino4j.depth;

import io.github.dino4j.export.Reason;
import java.io.IOException;
import java.nio.file.Path;

/** Says which file could not be written: the file system's own messages name a temporary one, or nothing. */
final class Explained {
    private Explained() {}

    interface Writing {
        void run() throws IOException;
    }

    static void write(Path file, Writing writing) throws IOException {
        try {
            writing.run();
        } catch (IOException e) {
            throw new IOException(
                    file + ": cannot be written: " + Reason.of(e) + ". Choose another folder, or make room there.", e);
        }
    }
}
