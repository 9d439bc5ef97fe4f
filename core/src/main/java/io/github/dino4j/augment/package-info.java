/**
 * Changes drawn at random for training, applied alike to a photo and to all that is known of it.
 *
 * <p>A {@link io.github.dino4j.augment.Scene} holds a photo with labels, depth and boxes, as far as there are any; a
 * {@link io.github.dino4j.augment.Change} makes another one of it. {@link io.github.dino4j.augment.Augmentations} has the
 * recipes of the papers.
 *
 * <pre>{@code
 * Change change = Augmentations.segmentationAde20k(512);
 * Scene scene = Scene.of(photo).withLabels(mask.targets(classes), 255);
 * Scene changed = change.apply(scene, new SplittableRandom(7));
 * float[] values = changed.values(Normalisation.IMAGENET); // [3, 512, 512]
 * }</pre>
 *
 * <p>Pure Java on arrays; any number of threads.
 */
@NullMarked
package io.github.dino4j.augment;

import org.jspecify.annotations.NullMarked;
