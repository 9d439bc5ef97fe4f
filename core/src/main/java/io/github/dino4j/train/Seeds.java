package io.github.dino4j.train;

import io.github.dino4j.tensor.Engine;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Where everything random of a run begins: functions of the run's seed and of the place in the run alone, so that a resumed
 * run draws the same. Numbers are mixed one after the other, so that (1, 2) and (2, 1) differ.
 */
public final class Seeds {
    private static final long ORDER = 0x6f72646572L;
    private static final long EXAMPLE = 0x6578616d706c65L;
    private static final long MASKS = 0x6d61736b73L;
    private static final long BATCH = 0x6261746368L;

    private Seeds() {}

    /** For the order of examples in an epoch. */
    static RandomGenerator ofEpoch(long seed, int epoch) {
        return new SplittableRandom(mix(seed, ORDER, epoch));
    }

    /** For the making of one example. */
    static RandomGenerator ofExample(long seed, int epoch, int index) {
        return new SplittableRandom(mix(seed, EXAMPLE, epoch, index));
    }

    /** Sets the engine's generator: dropout, drop path. */
    static void seedEngine(long seed, long iteration, int batch) {
        Engine.seed(mix(seed, BATCH, iteration, batch));
    }

    /** For what is drawn for a batch of all ranks together, such as its masks. */
    public static RandomGenerator ofBatch(long seed, long iteration, int batch) {
        return new SplittableRandom(mix(seed, MASKS, iteration, batch));
    }

    private static long mix(long... numbers) {
        long state = 0;
        for (long number : numbers) {
            state = new SplittableRandom(state ^ number).nextLong();
        }
        return state;
    }
}
