package io.github.dino4j.eval;

import io.github.dino4j.bench.InputSize;

/**
 * What a {@link FusionComparison} measures.
 *
 * @param size of the images in pixels; sides are multiples of 32 and of the backbone's patch
 * @param batch images at once
 * @param rounds turns of each contender; minimum and median are taken over them
 * @param turnSeconds how long a turn lasts at least; 0: one call
 * @param memory whether to measure peak memory, which takes a process for each fusion
 */
public record FusionPlan(InputSize size, int batch, int rounds, double turnSeconds, boolean memory) {
    public FusionPlan {
        if (batch < 1 || rounds < 1 || !(turnSeconds >= 0)) {
            throw new IllegalArgumentException("a batch has 1 image or more (found " + batch
                    + "), a measurement 1 round or more (found " + rounds + ") of 0 seconds or more (found "
                    + turnSeconds + ")");
        }
    }

    /** One image of this size, 7 rounds, memory too. */
    public static FusionPlan of(InputSize size) {
        return new FusionPlan(size, 1, 7, 0.1, true);
    }

    public FusionPlan withBatch(int images) {
        return new FusionPlan(size, images, rounds, turnSeconds, memory);
    }

    /** Few rounds are a first look: their turns are single calls. */
    public FusionPlan withRounds(int count) {
        return new FusionPlan(size, batch, count, count < 5 ? 0 : turnSeconds, memory);
    }

    public FusionPlan withMemory(boolean measured) {
        return new FusionPlan(size, batch, rounds, turnSeconds, measured);
    }
}
