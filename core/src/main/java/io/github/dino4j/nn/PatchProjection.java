package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Patches as tokens (ViT, arXiv:2010.11929, section 3.1): a convolution whose stride is its kernel, which is one product
 * with each patch's pixels.
 *
 * <p>Weights: {@code weight} [C, channels, p, p], {@code bias} [C].
 */
public interface PatchProjection {
    /** Maps pixels [B, channels, H, W] to tokens [B, (H/p) (W/p), C], row by row; a remainder is left out. */
    Tensor forward(Tensor pixels);
}
