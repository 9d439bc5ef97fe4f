package io.github.dino4j.depth;

import io.github.dino4j.tensor.Tensor;

/** How a head's map comes to the pixels of the image that the {@link InputFit} was given. */
public enum Restoration {
    /**
     * As DINOv2's hub does: depths are clamped to the range, and the map of the padded image is squeezed into the unpadded
     * size, so that things near the border stand a few pixels off.
     */
    DINOV2_HUB,
    /** Each value where it belongs: the map is enlarged over all pixels that the backbone saw, then the padding cut off. */
    EXACT;

    /** Depth [B, 1, height, width] of a map [B, 1, h, w]. */
    public Tensor apply(Tensor map, DepthRange range, InputFit fit, int height, int width, int multiple) {
        return this == DINOV2_HUB
                ? map.clamp(range.min(), range.max()).bilinear(height, width, false)
                : fit.undo(map, height, width, multiple);
    }
}
