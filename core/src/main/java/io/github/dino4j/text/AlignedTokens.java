package io.github.dino4j.text;

import io.github.dino4j.tensor.Tensor;

/**
 * What a vision head says about B images. Bound to the scope in which it was made.
 *
 * @param cls class token [B, W]
 * @param patches patch tokens [B, height * width, W], row by row
 * @param height rows of the patch grid
 * @param width columns of the patch grid
 */
record AlignedTokens(Tensor cls, Tensor patches, int height, int width) {}
