/**
 * Images found again by what they show. An {@link io.github.dino4j.retrieve.ImageIndex} keeps vectors of images on disk and
 * finds the nearest, along a graph or exactly; {@link io.github.dino4j.retrieve.IndexUpdate} changes it, and survives a killed
 * process.
 *
 * <pre>{@code
 * try (ImageIndex index = ImageIndex.open(Path.of("photos.index"))) {
 *     for (Hit hit : index.search(Query.of(FeatureSpace.named("mine", 384), vector, 10))) {
 *         System.out.println(hit.similarity() + " " + hit.id());
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.retrieve;

import org.jspecify.annotations.NullMarked;
