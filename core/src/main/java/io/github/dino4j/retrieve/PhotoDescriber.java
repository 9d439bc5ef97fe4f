package io.github.dino4j.retrieve;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Transform;
import java.util.List;

/** Makes vectors of photos for an index. Thread-safe. */
public interface PhotoDescriber {
    /** To which vectors it makes may be compared. */
    Spaces spaces();

    /** How photos are prepared for it. */
    Transform transform();

    /**
     * Photos that {@link #transform} has prepared, as vectors, and their parts where the index keeps parts.
     *
     * @throws io.github.dino4j.predict.NotFiniteException if a model gives NaN or infinity
     */
    List<DescriptorReader.Described> readPrepared(List<Pixels> pixels);
}
