/**
 * Semantic, instance and panoptic segmentation: a class, or an object, for every pixel of a photo.
 *
 * <p>Results are Java values of the photo's size, {@link io.github.dino4j.segment.SegmentMap},
 * {@link io.github.dino4j.segment.PanopticMap} and {@link io.github.dino4j.segment.InstanceList}; they draw and write
 * themselves. {@link io.github.dino4j.segment.LabelImage} is the truth in a file,
 * {@link io.github.dino4j.segment.SegmentMetrics} compares.
 *
 * <pre>{@code
 * ClassList classes = ClassList.named("camvid");
 * LabelImage truth = LabelImage.read(Path.of("masks/0001.png"));
 * SegmentMetrics metrics = new SegmentMetrics(classes);
 * metrics.add(map, truth);
 * System.out.println(metrics.table());
 * map.overlay(photo).writePng(Path.of("overlay.png"));
 * }</pre>
 */
@NullMarked
package io.github.dino4j.segment;

import org.jspecify.annotations.NullMarked;
