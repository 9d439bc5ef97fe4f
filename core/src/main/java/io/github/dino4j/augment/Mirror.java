package io.github.dino4j.augment;

import java.util.random.RandomGenerator;

/** Left becomes right. */
public record Mirror() implements Change {
    /** As usual: every second time. */
    public static final Change HALF = new Sometimes(0.5, new Mirror());

    @Override
    public Scene apply(Scene scene, RandomGenerator random) {
        return scene.mirrored();
    }

    @Override
    public String describe() {
        return "mirror";
    }
}
