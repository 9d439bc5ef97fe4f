/**
 * Self-supervised training of backbones: DINO (arXiv:2104.14294), DINOv2 (arXiv:2304.07193) and DINOv3 (arXiv:2508.10104).
 * Photos come in as {@link io.github.dino4j.ssl.Views views}, {@link io.github.dino4j.ssl.SelfDistillation} takes a step's
 * losses and moves the teacher, the trainer of {@code train} does everything else; a backbone's checkpoint leaves it.
 */
@org.jspecify.annotations.NullMarked
package io.github.dino4j.ssl;
