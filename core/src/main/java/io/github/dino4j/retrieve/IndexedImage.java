package io.github.dino4j.retrieve;

import io.github.dino4j.image.Box;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An image on its way into an index.
 *
 * @param id what the index calls it, such as its path; one image a name
 * @param vector of the whole image, of any length but 0; taken over, not copied
 * @param parts vectors of places in it; empty where the index has none
 * @param attributes texts that come back with a hit, such as the file's date
 */
@SuppressWarnings("ArrayRecordComponent") // written at once, never compared
public record IndexedImage(String id, float[] vector, List<Part> parts, Map<String, String> attributes) {
    /**
     * A place in an image.
     *
     * @param place in pixels of the photo
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Part(Box place, float[] vector) {}

    public IndexedImage {
        if (id.isBlank()) {
            throw new IllegalArgumentException("an image of an index has a name");
        }
        parts = List.copyOf(parts);
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** A whole image. */
    public static IndexedImage of(String id, float[] vector) {
        return new IndexedImage(id, vector, List.of(), Map.of());
    }
}
