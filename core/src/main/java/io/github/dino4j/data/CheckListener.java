package io.github.dino4j.data;

/** Told how far a check of files is, by any of its threads, one at a time; may end it. */
public interface CheckListener {
    CheckListener NONE = (done, examples) -> {};

    /** So many of the examples were read. */
    void checked(int done, int examples);

    /** Asked before each example; true ends the check with a {@link java.util.concurrent.CancellationException}. */
    default boolean cancelled() {
        return false;
    }
}
