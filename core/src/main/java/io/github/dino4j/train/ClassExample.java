package io.github.dino4j.train;

import io.github.dino4j.image.Pixels;
import java.util.List;

/**
 * A photo for a classifier to learn from.
 *
 * @param pixels ready for the model
 * @param labels class numbers: one, or any number where images have several
 */
public record ClassExample(Pixels pixels, List<Integer> labels) {
    public ClassExample {
        labels = List.copyOf(labels);
    }
}
