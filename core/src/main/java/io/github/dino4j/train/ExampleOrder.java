package io.github.dino4j.train;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Which examples each update of the weights sees: every epoch is a permutation of all, drawn from the run's seed and the
 * epoch's number, cut into updates. So a place in a run is one number, the count of updates. For one thread.
 */
final class ExampleOrder {
    private final int examples;
    private final int perStep;
    private final long perEpoch;
    private final long seed;
    private int epoch = -1;
    private int[] permutation = {};

    ExampleOrder(int examples, TrainingPlan plan) {
        this.examples = examples;
        this.perStep = plan.examplesPerStep();
        this.seed = plan.seed();
        this.perEpoch = plan.dropLast() ? examples / perStep : (examples + perStep - 1L) / perStep;
        if (perEpoch == 0) {
            throw new IllegalArgumentException(
                    examples == 0
                            ? "there is no example to learn from"
                            : "an update of the weights takes " + perStep + " examples (batches of " + plan.batchSize()
                                    + ", " + plan.accumulation() + " accumulated), there are " + examples
                                    + " and what does not fill one is dropped;"
                                    + " choose smaller batches or keep the last one of an epoch");
        }
    }

    /** Updates in an epoch. */
    long perEpoch() {
        return perEpoch;
    }

    int epoch(long iteration) {
        return Math.toIntExact(iteration / perEpoch);
    }

    /** The examples of an update, by number; fewer at the end of an epoch. */
    int[] examples(long iteration) {
        if (epoch(iteration) != epoch) {
            epoch = epoch(iteration);
            permutation = permutation(Seeds.ofEpoch(seed, epoch));
        }
        int first = Math.toIntExact(iteration % perEpoch * perStep);
        return Arrays.copyOfRange(permutation, first, Math.min(first + perStep, examples));
    }

    /** Fisher and Yates. */
    private int[] permutation(RandomGenerator random) {
        int[] order = new int[examples];
        for (int i = 0; i < examples; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
