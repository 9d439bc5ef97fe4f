package io.github.dino4j.nn;

import java.util.Optional;

/** Which linear layers of a model a view adds something to (see {@link Parameters#updated}). */
@FunctionalInterface
public interface Updates {
    /** The update of a layer, or empty; asked once for each layer that is built. */
    Optional<LinearUpdate> of(LinearShape layer);

    /** No layer is changed. */
    Updates NONE = layer -> Optional.empty();
}
