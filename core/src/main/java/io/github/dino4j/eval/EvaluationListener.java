package io.github.dino4j.eval;

import io.github.dino4j.data.Sample;

/** Told how far an evaluation is, on the thread that runs it; may end it. */
public interface EvaluationListener {
    EvaluationListener NONE = new EvaluationListener() {};

    /**
     * A photo was evaluated.
     *
     * @param done photos so far, this one included
     * @param images of the whole run
     * @param imagesPerSecond since the run began
     * @param running the leading metric over the photos so far: mIoU in 0..1, or abs_rel; NaN where it has no value yet
     */
    record Step(Sample sample, int done, int images, double imagesPerSecond, double running) {}

    /** All files are read, to find the bad ones. */
    default void checks(int pairs) {}

    /** The check has ended, the first photo is next. */
    default void begins(int images) {}

    default void evaluated(Step step) {}

    /** Asked before each file; true ends the evaluation with a {@link java.util.concurrent.CancellationException}. */
    default boolean cancelled() {
        return false;
    }
}
