package io.github.dino4j.correspond;

import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;

/**
 * How a video goes through label propagation: the size of frames, what votes, and how soft labels become pixels.
 *
 * @param name to store beside results
 * @param style whose arithmetic resizes frames and enlarges labels
 * @param side to which the shorter side of frames is brought, in pixels; rounded to whole patches
 * @param previous frames that vote beside the first one
 */
public record TrackingProtocol(String name, Style style, int side, int previous, LabelPropagation propagation) {
    /** The two published ways. */
    public enum Style {
        /**
         * DINOv1's evaluation on DAVIS 2017: the longer side cut to a multiple of 64, frames resized from four neighbours,
         * labels enlarged bilinearly. The deviation of red is 0.228 there, as in the script.
         */
        DINOV1,
        /** DINOv3's notebook: both sides rounded up to whole patches, bicubic, labels of the nearest patch. */
        DINOV3
    }

    private static final int COARSE = 64;
    private static final Normalisation OF_THE_SCRIPT =
            Normalisation.of(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.228f, 0.224f, 0.225f});

    /** Side 480, 7 previous frames, square of radius 12, top 5, temperature 0.1. */
    public static final TrackingProtocol DINOV1 = new TrackingProtocol(
            "dinov1", Style.DINOV1, 480, 7, new LabelPropagation(Neighbourhood.square(12), 5, 0.1));

    /** Side 960, 7 previous frames, circle of radius 12, top 5, temperature 0.2. */
    public static final TrackingProtocol DINOV3 = new TrackingProtocol(
            "dinov3", Style.DINOV3, 960, 7, new LabelPropagation(Neighbourhood.circle(12), 5, 0.2));

    public TrackingProtocol {
        if (side < 1 || previous < 0) {
            throw new IllegalArgumentException(
                    "a side is 1 pixel or more and the previous frames 0 or more, found " + side + " and " + previous);
        }
    }

    public TrackingProtocol withSide(int other) {
        return new TrackingProtocol(name, style, other, previous, propagation);
    }

    public TrackingProtocol withPrevious(int other) {
        return new TrackingProtocol(name, style, side, other, propagation);
    }

    public TrackingProtocol withPropagation(LabelPropagation other) {
        return new TrackingProtocol(name, style, side, previous, other);
    }

    /** Rows and columns to which a frame is brought, whole patches. */
    int[] size(int height, int width, int patch) {
        int shorter = Math.min(height, width);
        int longer = Math.max(height, width);
        int less;
        int more;
        if (style == Style.DINOV1) {
            less = Math.max(patch, side / patch * patch);
            // 64 holds whole patches of 8 and 16; of others the multiple of the patch below is taken
            int multiple = COARSE % patch == 0 ? COARSE : patch;
            more = Math.max(less, (int) ((long) less * longer / shorter) / multiple * multiple);
        } else {
            less = (side + patch - 1) / patch * patch;
            more = (int) (((long) less * longer + (long) shorter * patch - 1) / ((long) shorter * patch)) * patch;
        }
        return height <= width ? new int[] {less, more} : new int[] {more, less};
    }

    /** A frame as the model reads it. */
    Pixels prepare(RgbImage frame, Transform ofModel, int patch) {
        int[] size = size(frame.height(), frame.width(), patch);
        if (style == Style.DINOV1) {
            Transform asIs = ofModel.withSizing(new Sizing.AsIs());
            return (ofModel.normalisation().equals(Normalisation.IMAGENET)
                            ? asIs.withNormalisation(OF_THE_SCRIPT)
                            : asIs)
                    .apply(Resize.fourNeighbours(frame, size[0], size[1]));
        }
        return ofModel.withSize(size[0], size[1])
                .withInterpolation(Interpolation.BICUBIC)
                .withPath(ResizePath.TENSOR_FLOAT)
                .apply(frame);
    }

    /** Rows and columns of the pixels at which the objects are told apart, of a frame of {@code height x width}. */
    int[] decided(int gridHeight, int gridWidth, int patch, int height, int width) {
        return style == Style.DINOV1 ? new int[] {gridHeight * patch, gridWidth * patch} : new int[] {height, width};
    }

    /** Values [M][height * width] of pixels, each object's stretched to 0..1. */
    float[][] enlarge(float[][] soft, int gridHeight, int gridWidth, int height, int width) {
        float[][] values = style == Style.DINOV1
                ? SoftMasks.bilinear(soft, gridHeight, gridWidth, height, width)
                : SoftMasks.nearest(soft, gridHeight, gridWidth, height, width);
        SoftMasks.stretch(values);
        return values;
    }

    /** One line for results. */
    public String describe() {
        return name + ": shorter side " + side + ", the first and " + previous + " previous frames, "
                + propagation.neighbourhood() + ", top " + propagation.topK() + ", temperature "
                + propagation.temperature();
    }
}
