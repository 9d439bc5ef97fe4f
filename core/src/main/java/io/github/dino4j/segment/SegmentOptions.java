package io.github.dino4j.segment;

import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a {@link SegmentPredictor} shows photos to its head.
 *
 * @param side to which the shorter side of a photo is resized first, aspect kept; empty: the photo's own size
 * @param inference in one piece or in windows
 * @param augmentation views whose probabilities are averaged; its scales are those of the side, and of the square of
 *     {@link Inference.Whole}
 * @param normalisation empty: the backbone's own, by its model card
 * @param keepScores whether results hold the probability of every class: K times the size of the photo, as floats
 */
public record SegmentOptions(
        OptionalInt side,
        Inference inference,
        Augmentation augmentation,
        Optional<Normalisation> normalisation,
        boolean keepScores) {

    /** DINOv3's evaluation: shorter side 512, windows of 512 pixels at a stride of 341. */
    public static final SegmentOptions DINOV3 = of(512, Inference.Slide.dinoV3(512, 341));

    /** DINOv3's Mask2Former for ADE20K: shorter side 896, windows of 896 pixels at a stride of 596. */
    public static final SegmentOptions DINOV3_MASK2FORMER = of(896, Inference.Slide.dinoV3(896, 596));

    /** DINOv2's hub, "linear" heads: the same sizes, with its rules for windows. */
    public static final SegmentOptions DINOV2_LINEAR = of(512, Inference.Slide.dinoV2(512, 341));

    /** DINOv2's hub, "ms" heads at one scale; published figures take {@link Augmentation#DINOV2_MULTI_SCALE} as well. */
    public static final SegmentOptions DINOV2_MS = of(640, Inference.Slide.dinoV2(640, 320));

    public SegmentOptions {
        if (side.isPresent() && side.getAsInt() < 1) {
            throw new IllegalArgumentException("the shorter side must be positive, found " + side.getAsInt());
        }
        if (side.isEmpty() && !augmentation.scales().equals(Augmentation.NONE.scales())) {
            throw new IllegalArgumentException("scales are those of a shorter side; name it, or take photos as they are"
                    + " and only mirror them");
        }
    }

    /** One view, the backbone's normalisation, labels and confidence only. */
    public static SegmentOptions of(int side, Inference inference) {
        return new SegmentOptions(OptionalInt.of(side), inference, Augmentation.NONE, Optional.empty(), false);
    }

    public SegmentOptions withSide(int pixels) {
        return new SegmentOptions(OptionalInt.of(pixels), inference, augmentation, normalisation, keepScores);
    }

    /**
     * How photos are prepared for this.
     *
     * @param own transform of the backbone, whose normalisation is taken unless these options have one
     * @param scale of the shorter side
     */
    public Transform transform(Transform own, double scale) {
        Sizing sizing = side.isEmpty()
                ? new Sizing.AsIs()
                : new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, Augmentation.size(side.getAsInt(), scale), 1);
        return own.withSizing(sizing)
                .withInterpolation(Interpolation.BILINEAR)
                .withNormalisation(normalisation.orElse(own.normalisation()));
    }

    /** Photos in their own size. */
    public SegmentOptions withOwnSize() {
        return new SegmentOptions(OptionalInt.empty(), inference, augmentation, normalisation, keepScores);
    }

    public SegmentOptions withInference(Inference other) {
        return new SegmentOptions(side, other, augmentation, normalisation, keepScores);
    }

    public SegmentOptions withAugmentation(Augmentation views) {
        return new SegmentOptions(side, inference, views, normalisation, keepScores);
    }

    public SegmentOptions withNormalisation(Normalisation statistics) {
        return new SegmentOptions(side, inference, augmentation, Optional.of(statistics), keepScores);
    }

    public SegmentOptions withScores(boolean keep) {
        return new SegmentOptions(side, inference, augmentation, normalisation, keep);
    }
}
