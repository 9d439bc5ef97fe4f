package io.github.dino4j.cli;

import io.github.dino4j.retrieve.IndexJob;
import java.nio.file.Path;

/** A bar over the photos that are read. */
final class IndexProgress implements IndexJob.Listener, AutoCloseable {
    private final Progress bar;

    IndexProgress(Console console) {
        bar = new Progress(console);
    }

    @Override
    public void begins(int photos) {
        if (photos > 0) {
            bar.begins(photos, 0);
        }
    }

    @Override
    public void step(Path photo) {
        bar.step();
    }

    @Override
    public void close() {
        bar.close();
    }
}
