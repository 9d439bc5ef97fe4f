package io.github.dino4j.train;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint whose weights are exported.
 *
 * @param shown the evaluation of exactly these weights; null if they were not measured
 */
record ExportedCheckpoint(Path file, Progress.@Nullable Kept shown) {
    /** The best that was kept, else, or if the last is wanted, the last. */
    static ExportedCheckpoint of(RunFolder folder, Progress progress, Trainer.Checkpoint which) {
        if (which == Trainer.Checkpoint.BEST && !progress.best().isEmpty()) {
            Progress.Kept best = progress.best().get(0);
            Path file = folder.best(best.iteration());
            if (Files.exists(file)) {
                return new ExportedCheckpoint(file, best);
            }
        }
        Progress.Kept latest = progress.latest();
        boolean measured = latest != null && latest.iteration() == progress.iteration(); // else before the last updates
        return new ExportedCheckpoint(folder.last(), measured ? latest : null);
    }
}
