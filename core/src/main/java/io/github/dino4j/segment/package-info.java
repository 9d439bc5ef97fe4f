/**
 * Semantic, instance and panoptic segmentation: a class, or an object, for every pixel of a photo.
 *
 * <p>Heads are {@link io.github.dino4j.segment.SegmentationHead}s over a frozen backbone,
 * {@link io.github.dino4j.segment.Inference} says how one runs over an image (in one piece, in windows), and
 * {@link io.github.dino4j.segment.SegmentPredictor} makes of both what users call;
 * {@link io.github.dino4j.segment.PanopticPredictor} and {@link io.github.dino4j.segment.InstancePredictor} keep the
 * objects of a {@link io.github.dino4j.segment.Mask2FormerSegmenter} apart. Results are Java values of the
 * photo's size, {@link io.github.dino4j.segment.SegmentMap}, {@link io.github.dino4j.segment.PanopticMap} and
 * {@link io.github.dino4j.segment.InstanceList}; they draw and write themselves.
 * {@link io.github.dino4j.segment.LabelImage} is the truth in a file, {@link io.github.dino4j.segment.SegmentMetrics}
 * compares.
 *
 * <pre>{@code
 * ClassList classes = ClassList.named("camvid");
 * try (SegmentPredictor predictor = SegmentPredictor.load(model, Path.of("head.pth"), classes)) {
 *     SegmentMap map = predictor.predict(photo);
 *     LabelImage truth = LabelImage.read(Path.of("masks/0001.png"));
 *     SegmentMetrics metrics = new SegmentMetrics(classes);
 *     metrics.add(map, truth);
 *     System.out.println(metrics.table());
 *     map.overlay(photo).writePng(Path.of("overlay.png"));
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.segment;

import org.jspecify.annotations.NullMarked;
