package io.github.dino4j.augment;

import java.util.random.RandomGenerator;

/**
 * A rotation about the centre, see {@link Scene#turned}.
 *
 * @param degrees counterclockwise
 */
public record Rotate(Range degrees) implements Change {
    @Override
    public Scene apply(Scene scene, RandomGenerator random) {
        return scene.turned(degrees.draw(random));
    }

    @Override
    public String describe() {
        return "rotate by " + degrees + " degrees";
    }
}
