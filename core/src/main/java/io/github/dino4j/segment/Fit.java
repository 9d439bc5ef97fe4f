package io.github.dino4j.segment;

import io.github.dino4j.tensor.Tensor;

/** How an image, or a window of one, comes to sides that are multiples of the patch. The scores are resized back to it. */
public enum Fit {
    /** Not at all: the backbone takes it as it is, which leaves out a remainder (DINOv3) or refuses it (DINOv2). */
    NONE,
    /** Zeros around it up to the next multiple, the smaller half first: DINOv2's hub ({@code CenterPadding}). */
    PAD,
    /** Both sides resized bilinearly to the nearest multiple, by less than half a patch. */
    STRETCH,
    /** Both sides resized bicubically, not antialiased, up to the next multiple: dino.txt's evaluation. */
    BICUBIC;

    /** Fits images [B, 3, H, W]. */
    Tensor apply(Tensor pixels, int multiple) {
        int height = (int) pixels.size(2);
        int width = (int) pixels.size(3);
        if (this == NONE || (height % multiple == 0 && width % multiple == 0)) {
            return pixels;
        }
        if (this == STRETCH) {
            return pixels.bilinear(nearest(height, multiple), nearest(width, multiple), true);
        }
        int rows = Math.floorMod(-height, multiple);
        int columns = Math.floorMod(-width, multiple);
        if (this == BICUBIC) {
            return pixels.bicubic(height + rows, width + columns, false);
        }
        return pixels.pad(columns / 2, columns - columns / 2, rows / 2, rows - rows / 2);
    }

    /** The multiple nearest to a side, at least one. */
    static int nearest(int side, int multiple) {
        return Math.max(1, Math.round((float) side / multiple)) * multiple;
    }
}
