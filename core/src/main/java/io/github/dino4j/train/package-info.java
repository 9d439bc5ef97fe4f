/**
 * Training: a {@link io.github.dino4j.train.TrainingTask} says what learns, from which examples, by which loss, and how success
 * is measured; the trainer owns the loop, the optimiser, the schedules, the run's folder and everything that makes a run
 * safe to kill. Heads, LoRA, detection and self-supervised recipes are tasks; there is one loop.
 *
 * <pre>{@code
 * try (SegmentationTraining task = SegmentationTraining.of(model, ...)) {
 *     TrainingResult result = Trainer.of(task, plan).run(Path.of("run"), listener);
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.train;

import org.jspecify.annotations.NullMarked;
