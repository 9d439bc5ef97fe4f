package io.github.dino4j.train;

import java.nio.file.Path;
import java.time.Duration;

/** Told how far a run is, on the thread that runs it; may end it. */
public interface TrainingListener {
    TrainingListener NONE = new TrainingListener() {};

    /**
     * A run begins or goes on.
     *
     * @param title of the task
     * @param done updates done in earlier sessions, 0 for a new run
     * @param iterations of the whole run
     * @param perEpoch updates in an epoch
     */
    record Start(String title, Path folder, long done, long iterations, long perEpoch, int examples) {}

    /**
     * The weights were updated.
     *
     * @param done updates so far, this one included
     * @param epoch of this update, counted from 0
     * @param rate learning rate
     * @param norm of the gradients before they were clipped
     * @param imagesPerSecond of this session, without evaluations
     * @param left estimate of the time to the end of training, without evaluations
     */
    record Updated(
            long done,
            long iterations,
            int epoch,
            Losses losses,
            double rate,
            double norm,
            double imagesPerSecond,
            Duration left) {}

    /**
     * The task has measured itself.
     *
     * @param best whether the chief score is the best so far
     * @param withoutGain evaluations in a row since the best one
     */
    record Measured(long done, Scores scores, boolean best, int withoutGain) {}

    default void started(Start start) {}

    default void updated(Updated update) {}

    default void evaluated(Measured measured) {}

    /** The run can be resumed from here. */
    default void checkpointed(Path file, long done) {}

    /** Something goes wrong, and training goes on: a picture cannot be written, the task sees a collapse. */
    default void warned(String message) {}

    default void finished(TrainingResult result) {}

    /** Asked after each update; true ends the session with a checkpoint. May be set by another thread. */
    default boolean cancelled() {
        return false;
    }
}
