package io.github.dino4j.data;

import java.nio.file.Path;

/**
 * A photo and its truth.
 *
 * @param name what both files have in common: their path below their folder, without the ending, with slashes
 * @param image the photo
 * @param truth mask or measured depth
 */
public record Sample(String name, Path image, Path truth) {}
