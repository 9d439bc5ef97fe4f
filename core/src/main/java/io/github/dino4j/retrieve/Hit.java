package io.github.dino4j.retrieve;

import io.github.dino4j.image.Box;
import java.util.Map;
import java.util.Optional;

/**
 * An image that was found.
 *
 * @param similarity the cosine to the query, -1 to 1
 * @param place what is similar, in pixels of the found photo, if parts were searched
 * @param attributes as they were given to the index
 */
public record Hit(String id, double similarity, Optional<Box> place, Map<String, String> attributes) {
    public Hit {
        attributes = Map.copyOf(attributes);
    }
}
