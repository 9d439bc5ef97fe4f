package io.github.dino4j.augment;

import java.util.random.RandomGenerator;

/**
 * A change that happens now and then.
 *
 * @param probability 0 to 1
 */
public record Sometimes(double probability, Change change) implements Change {
    public Sometimes {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability lies in 0..1, found " + probability);
        }
    }

    @Override
    public Scene apply(Scene scene, RandomGenerator random) {
        return random.nextDouble() < probability ? change.apply(scene, random) : scene;
    }

    @Override
    public String describe() {
        return change.describe() + " with probability " + probability;
    }
}
