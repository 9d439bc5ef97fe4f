package io.github.dino4j.segment;

/**
 * How a {@link PanopticPredictor} works.
 *
 * @param side to which the shorter side of a photo is resized, aspect kept as nearly as multiples of 32 allow
 * @param object least probability of the class of a query that takes part
 * @param overlap least share of the pixels inside of a query's mask (probability 0.5 and above) that it must win against
 *     the others; pixels that it wins outside of its mask do not count
 */
public record PanopticOptions(int side, double object, double overlap) {
    /** Both thresholds of Mask2Former (arXiv:2112.01527), shorter side 512. */
    public static final PanopticOptions STANDARD = new PanopticOptions(512, 0.8, 0.8);

    public PanopticOptions {
        if (side < 1) {
            throw new IllegalArgumentException("the shorter side must be positive, found " + side);
        }
        if (!(object >= 0 && object <= 1 && overlap >= 0 && overlap <= 1)) {
            throw new IllegalArgumentException(
                    "thresholds lie between 0 and 1, found " + object + " (object) and " + overlap + " (overlap)");
        }
    }

    public PanopticOptions withSide(int pixels) {
        return new PanopticOptions(pixels, object, overlap);
    }
}
