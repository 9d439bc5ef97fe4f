package io.github.dino4j.detect;

import io.github.dino4j.image.Sizing;

/**
 * How a {@link DetectionPredictor} works.
 *
 * @param sizing how photos come to the model's size
 * @param most detections in a result
 * @param leastScore of a detection in a result
 */
public record DetectionOptions(Sizing sizing, int most, double leastScore) {
    public DetectionOptions {
        if (most < 1 || !(leastScore >= 0 && leastScore <= 1)) {
            throw new IllegalArgumentException(
                    "at least one detection with a score in 0..1 is wanted, found " + most + " and " + leastScore);
        }
    }

    /**
     * For looking at: the shorter side of photos becomes {@code side}, aspect kept as nearly as whole patches allow; at most
     * 100 detections with a score of 0.3 or more.
     */
    public static DetectionOptions ofSide(int side, int patch) {
        return new DetectionOptions(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, side, patch), 100, 0.3);
    }

    /** The same for measuring: the 100 best, however bad. */
    public DetectionOptions forEvaluation() {
        return new DetectionOptions(sizing, 100, 0);
    }

    public DetectionOptions withSizing(Sizing other) {
        return new DetectionOptions(other, most, leastScore);
    }

    public DetectionOptions withMost(int count) {
        return new DetectionOptions(sizing, count, leastScore);
    }

    public DetectionOptions withLeastScore(double score) {
        return new DetectionOptions(sizing, most, score);
    }
}
