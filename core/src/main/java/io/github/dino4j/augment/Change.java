package io.github.dino4j.augment;

import java.util.random.RandomGenerator;

/**
 * A change of a photo together with what is known of it, drawn at random. Immutable and thread-safe: everything random comes
 * from the generator of the call, so the same generator gives the same result.
 */
public interface Change {
    /**
     * Draws and changes.
     *
     * @param random for this example alone; a change always draws in the same order
     */
    Scene apply(Scene scene, RandomGenerator random);

    /** In words with all numbers, for a run's report: {@code "mirror with probability 0.5"}. */
    String describe();
}
