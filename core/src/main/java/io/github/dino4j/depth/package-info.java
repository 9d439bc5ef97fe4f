/**
 * Depth and canopy height in metres: the result for a photo ({@link io.github.dino4j.depth.DepthMap}), measured depth
 * ({@link io.github.dino4j.depth.DepthImage}) and how far one is from the other
 * ({@link io.github.dino4j.depth.DepthMetrics}, under a {@link io.github.dino4j.depth.DepthProtocol}). Plain Java
 * values: no tensors, safe to share between threads.
 *
 * <pre>{@code
 * DepthImage truth = DepthImage.read(Path.of("depth.png"), 0.001).requireSizeOf(photo);
 * DepthMetrics metrics = DepthProtocol.NYU.evaluate(depth, truth);
 * depth.sideBySide(photo).writePng(Path.of("picture.png"));
 * depth.resize(photo.width(), photo.height()).writePly(Path.of("cloud.ply"), photo, 525);
 * }</pre>
 */
@NullMarked
package io.github.dino4j.depth;

import org.jspecify.annotations.NullMarked;
