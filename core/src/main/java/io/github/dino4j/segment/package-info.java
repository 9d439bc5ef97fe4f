/**
 * Semantic, instance and panoptic segmentation: heads over a frozen backbone, the predictor that runs them over whole
 * photos or windows, and the label maps that come out, which draw and write themselves.
 */
@org.jspecify.annotations.NullMarked
package io.github.dino4j.segment;
