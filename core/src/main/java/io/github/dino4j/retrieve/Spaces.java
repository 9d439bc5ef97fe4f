package io.github.dino4j.retrieve;

import java.util.Optional;

/**
 * What an index compares.
 *
 * @param whole a vector for each image
 * @param parts vectors for places of an image, if the index has them
 */
public record Spaces(FeatureSpace whole, Optional<FeatureSpace> parts) {
    /** Whole images alone. */
    public static Spaces whole(FeatureSpace space) {
        return new Spaces(space, Optional.empty());
    }
}
