package io.github.dino4j.segment;

/**
 * How an {@link InstancePredictor} works.
 *
 * @param side to which the shorter side of a photo is resized, aspect kept as nearly as multiples of 32 allow
 * @param most instances in a result
 * @param leastScore of an instance in a result
 */
public record InstanceOptions(int side, int most, double leastScore) {
    /** As Mask2Former (arXiv:2112.01527) is evaluated: the 100 best, however bad; shorter side 512. */
    public static final InstanceOptions EVALUATION = new InstanceOptions(512, 100, 0);

    /** For looking at: those of which the model is more sure than not. */
    public static final InstanceOptions STANDARD = new InstanceOptions(512, 100, 0.5);

    public InstanceOptions {
        if (side < 1 || most < 1) {
            throw new IllegalArgumentException(
                    "the shorter side and the most instances must be positive, found " + side + " and " + most);
        }
        if (!(leastScore >= 0 && leastScore <= 1)) {
            throw new IllegalArgumentException("scores lie between 0 and 1, the least asked is " + leastScore);
        }
    }

    public InstanceOptions withSide(int pixels) {
        return new InstanceOptions(pixels, most, leastScore);
    }
}
