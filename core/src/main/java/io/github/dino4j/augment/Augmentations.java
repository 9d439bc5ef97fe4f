package io.github.dino4j.augment;

import io.github.dino4j.augment.Cropping.RandomResized;
import io.github.dino4j.image.Interpolation;

/** The recipes of the papers, ready to use. */
public final class Augmentations {
    private Augmentations() {}

    /** Nothing but the size: validation, and overfitting on purpose. */
    public static Change none(int size) {
        return new Resizing.Exact(size, size, Interpolation.BILINEAR);
    }

    /**
     * Classifiers on images (DINOv2 and DINOv3, linear evaluation): a random part of 8 to 100 % of the area, resized
     * (bicubic), mirrored every second time.
     */
    public static Change classification(int size) {
        return Chain.of(
                new RandomResized(size, size, new Range(0.08, 1), RandomResized.RATIO, Interpolation.BICUBIC),
                Mirror.HALF);
    }

    /**
     * Linear segmentation heads on ADE20K (DINOv3): shorter side {@code size} times 0.5 to 2, a crop in which no class takes
     * more than three quarters, mirrored, colours distorted, padded.
     */
    public static Change segmentationAde20k(int size) {
        return Chain.of(
                new Resizing.ShorterSide(size, new Range(0.5, 2), Integer.MAX_VALUE, Interpolation.BILINEAR),
                new Cropping.Random(size, size, 0.75),
                Mirror.HALF,
                Colouring.Photometric.STANDARD,
                new Cropping.Pad(size, size));
    }

    /** Depth heads on NYU Depth v2 (DINOv3), whose frames are 640 x 480; crops are 416 x 544 (height x width). */
    public static Change depthNyu() {
        return Chain.of(Cropping.Window.NYU, depth(416, 544));
    }

    /** The depth recipe without the window of NYU's camera: rotated by 2.5 degrees at most, mirrored, cropped, coloured. */
    public static Change depth(int height, int width) {
        return Chain.of(
                new Sometimes(0.5, new Rotate(Range.about(0, 2.5))),
                Mirror.HALF,
                new Cropping.Random(height, width, 1),
                new Sometimes(0.5, Colouring.GammaBrightnessChannels.NYU),
                new Cropping.Pad(height, width));
    }

    /**
     * Detectors and instance heads: mirrored, then large-scale jitter. The scale goes from 0.5 to 2 and not from the paper's
     * 0.1, which small data sets with small objects do not survive.
     */
    public static Change detection(int size) {
        return Chain.of(
                Mirror.HALF, new Cropping.LargeScaleJitter(size, size, new Range(0.5, 2), Interpolation.BILINEAR));
    }

    /** Fine-tuning with adapters: resized to a square, whatever the proportions, mirrored every second time. */
    public static Change fineTune(int size) {
        return Chain.of(none(size), Mirror.HALF);
    }

    /**
     * One view of self-supervised training (DINO, DINOv2, DINOv3, "multi-crop"): part, mirror, colour jitter (0.8), grey
     * (0.2), blur, solarise.
     *
     * @param scale of the area: 0.32..1 for global, 0.05..0.32 for local views (DINOv2, DINOv3)
     * @param mirror probability of mirroring
     * @param blur probability; as the official code applies it, 0 for the first global view, 0.9 for the second, 0.5 for
     *     local ones
     * @param solarise probability; 0.2 for the second global view
     */
    public static Change view(int size, Range scale, double mirror, double blur, double solarise) {
        return Chain.of(
                new RandomResized(size, size, scale, RandomResized.RATIO, Interpolation.BICUBIC),
                new Sometimes(mirror, new Mirror()),
                new Sometimes(0.8, Colouring.Jitter.DINO),
                new Sometimes(0.2, new Colouring.Grey()),
                new Sometimes(blur, Colouring.Blur.DINO),
                new Sometimes(solarise, new Colouring.Solarise(128)));
    }
}
