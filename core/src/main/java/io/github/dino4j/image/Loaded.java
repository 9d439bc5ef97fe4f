package io.github.dino4j.image;

import java.nio.file.Path;

/** What became of one file of an {@link ImageLoader}. */
public sealed interface Loaded {

    Path path();

    /** Read and transformed. {@link Pixels#geometry()} knows the size of the source. */
    record Ok(Path path, Pixels pixels) implements Loaded {}

    /** Not readable; the message names the file and the way out. The files after it are not affected. */
    record Failed(Path path, ImageException error) implements Loaded {}
}
