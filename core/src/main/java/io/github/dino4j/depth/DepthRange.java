package io.github.dino4j.depth;

/**
 * The depths between which a head answers, in metres.
 *
 * @param min at least 0
 * @param max more than {@code min}
 */
public record DepthRange(double min, double max) {
    public DepthRange {
        if (!(min >= 0) || !(max > min) || Double.isInfinite(max)) {
            throw new IllegalArgumentException(
                    "a depth range is 0 <= min < max in metres, such as 0.001 to 80, not " + min + " to " + max);
        }
    }

    @Override
    public String toString() {
        return min + " to " + max + " m";
    }
}
