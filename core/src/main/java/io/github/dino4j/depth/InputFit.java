package io.github.dino4j.depth;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.tensor.Tensor;

/** How a normalised image of any size comes to a multiple of the patch, and what the head says comes back from it. */
public enum InputFit {
    /** Zeros around it up to the next multiple; of an odd rest the larger half stands right and below. */
    CENTRE_PADDING,
    /** Bilinear resize to the next multiple. */
    STRETCH,
    /** Nothing: the image has to be a multiple. */
    NOTHING;

    /** What image sides must be a multiple of: the patch; for a ConvNeXt the 4 pixels of its stem. */
    public static int multiple(BackboneConfig config) {
        return config instanceof ConvNextConfig ? 4 : config.patch();
    }

    /** The images [B, 3, H, W] as the backbone gets them. */
    public Tensor apply(Tensor pixels, int multiple) {
        int height = (int) pixels.size(2);
        int width = (int) pixels.size(3);
        int down = up(height, multiple) - height;
        int across = up(width, multiple) - width;
        if (this == NOTHING || (down == 0 && across == 0)) {
            return pixels;
        }
        return this == STRETCH
                ? pixels.bilinear(height + down, width + across, false)
                : pixels.pad(across / 2, across - across / 2, down / 2, down - down / 2);
    }

    /**
     * A map [B, n, h, w] over the image that {@link #apply} gave, at the pixels [B, n, height, width] of the image that it
     * took: enlarged to all pixels that the backbone saw, then the padding cut off.
     */
    public Tensor undo(Tensor map, int height, int width, int multiple) {
        if (this != CENTRE_PADDING) {
            return map.bilinear(height, width, false);
        }
        int padded = up(height, multiple);
        int across = up(width, multiple);
        return map.bilinear(padded, across, false)
                .narrow(2, (padded - height) / 2, height)
                .narrow(3, (across - width) / 2, width);
    }

    private static int up(int side, int multiple) {
        return Math.toIntExact(((long) side + multiple - 1) / multiple * multiple);
    }
}
