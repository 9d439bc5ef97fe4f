/**
 * Depth and canopy height in metres. A {@link io.github.dino4j.depth.DepthPredictor} is a backbone and a
 * {@link io.github.dino4j.depth.DepthHead}: DPT ({@link io.github.dino4j.depth.DptHead}) or linear. Heads are recognised
 * by their tensors; what those cannot tell is a {@link io.github.dino4j.depth.DepthPreset}. Heads learn by a
 * {@link io.github.dino4j.depth.DepthLoss}.
 *
 * <p>The result for a photo ({@link io.github.dino4j.depth.DepthMap}), measured depth
 * ({@link io.github.dino4j.depth.DepthImage}) and how far one is from the other
 * ({@link io.github.dino4j.depth.DepthMetrics}, under a {@link io.github.dino4j.depth.DepthProtocol}) are plain Java
 * values: no tensors, safe to share between threads.
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("dinov2_vits14_pretrain.pth"), LoadOptions.DEFAULT);
 *         DepthPredictor predictor = DepthPredictor.load(model, Path.of("dinov2_vits14_nyu_dpt_head.pth"))) {
 *     predictor.predict(Path.of("photo.jpg")).withScaleBar().writePng(Path.of("depth.png"));
 * }
 *
 * DepthImage truth = DepthImage.read(Path.of("depth.png"), 0.001).requireSizeOf(photo);
 * DepthMetrics metrics = DepthProtocol.NYU.evaluate(depth, truth);
 * depth.sideBySide(photo).writePng(Path.of("picture.png"));
 * depth.resize(photo.width(), photo.height()).writePly(Path.of("cloud.ply"), photo, 525);
 * }</pre>
 */
@NullMarked
package io.github.dino4j.depth;

import org.jspecify.annotations.NullMarked;
