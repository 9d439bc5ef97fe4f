package io.github.dino4j.train;

import java.util.random.RandomGenerator;

/**
 * What a run learns from, by number. Examples are Java values; they are made ahead of the model by several threads at once.
 * Thread-safe.
 *
 * @param <E> an example, ready for the model: pixels and truth
 */
public interface Examples<E> {
    int size();

    /** What the example is called where one of them is to blame, mostly a file's path. */
    String name(int index);

    /**
     * Makes an example: decodes, augments, normalises.
     *
     * @param random for everything drawn at random; seeded by the run's seed, the epoch and {@code index} alone, so that a
     *     resumed run sees the same, whichever thread works
     */
    E load(int index, RandomGenerator random);
}
