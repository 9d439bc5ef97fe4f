package io.github.dino4j.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a session of a run came to.
 *
 * @param end how it ended
 * @param iterations updates done over the whole run
 * @param bestIteration updates after which {@code best} was measured; 0 if nothing was
 * @param best scores of the evaluation with the best chief score
 * @param last scores of the last evaluation
 * @param losses of the last update of this session; empty if it made none
 * @param files what the task exported, of the best evaluation's weights; empty if the run was cancelled
 * @param time of the whole run, over all sessions
 * @param peakBytes the most resident memory that was seen after an update or an evaluation of this session
 * @param imagesPerSecond of this session, without evaluations; 0 if it made no update
 */
public record TrainingResult(
        Path folder,
        End end,
        long iterations,
        long bestIteration,
        Optional<Scores> best,
        Optional<Scores> last,
        Optional<Losses> losses,
        List<Path> files,
        Duration time,
        long peakBytes,
        double imagesPerSecond) {
    /** How a session ended. */
    public enum End {
        /** The plan's length is reached. */
        COMPLETE,
        /** Patience has ended it; what it made is exported as of a complete run. */
        EARLY,
        /** The listener or an interrupt has ended it; it can be resumed. */
        CANCELLED
    }

    public TrainingResult {
        files = List.copyOf(files);
    }
}
