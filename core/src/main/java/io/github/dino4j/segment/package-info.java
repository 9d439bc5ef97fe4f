/**
 * Semantic, instance and panoptic segmentation: a class, or an object, for every pixel of a photo.
 *
 * <p>Heads are {@link io.github.dino4j.segment.SegmentationHead}s over a frozen backbone,
 * {@link io.github.dino4j.segment.Inference} says how one runs over an image (whole, in windows), and
 * {@link io.github.dino4j.segment.SegmentPredictor} makes of both what users call. Results are Java values of the
 * photo's size, {@link io.github.dino4j.segment.SegmentMap}, {@link io.github.dino4j.segment.PanopticMap} and
 * {@link io.github.dino4j.segment.InstanceList}; they draw and write themselves. LabelImage is the truth in a file,
 * SegmentMetrics compares.
 *
 * <pre>{@code
 * ClassList classes = ClassList.named("ade20k");
 * try (Model model = Model.load(Path.of("dinov2_vits14.pth"), LoadOptions.DEFAULT);
 *         SegmentPredictor predictor =
 *                 SegmentPredictor.load(model, Path.of("dinov2_vits14_ade20k_linear_head.pth"), classes)) {
 *     SegmentMap map = predictor.predict(Path.of("photo.jpg"));
 *     System.out.println(classes.nameOf(map.label(120, 80)));
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.segment;

import org.jspecify.annotations.NullMarked;
