/**
 * Files for other programs: features of thousands of images ({@link io.github.dino4j.export.FeatureJob}, resumable), and
 * checkpoints under other names ({@link io.github.dino4j.export.CheckpointConverter}).
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("dinov3_vits16.pth"), LoadOptions.DEFAULT)) {
 *     FeatureJob job = new FeatureJob(model, model.card().transform(), FeatureKind.CLS, FeatureJob.Options.DEFAULT);
 *     FeatureJob.Summary summary = job.run(
 *             ImageFolder.of(Path.of("photos")), Path.of("photos.npy"), FeatureJob.Listener.NONE);
 *     summary.failed().forEach(System.err::println);
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.export;

import org.jspecify.annotations.NullMarked;
