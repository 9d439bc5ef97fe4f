package io.github.dino4j.augment;

import java.util.random.RandomGenerator;

/** Numbers from {@code low} to {@code high}, drawn evenly. */
public record Range(double low, double high) {
    public Range {
        if (!(low <= high) || Double.isInfinite(high - low)) {
            throw new IllegalArgumentException(
                    "a range goes from a smaller to a larger number, found " + low + " to " + high);
        }
    }

    /** {@code centre - reach} to {@code centre + reach}. */
    public static Range about(double centre, double reach) {
        return new Range(centre - reach, centre + reach);
    }

    double draw(RandomGenerator random) {
        return low + (high - low) * random.nextDouble();
    }

    Range requireAbove(double bound, String what) {
        if (!(low > bound)) {
            throw new IllegalArgumentException(what + " is above " + bound + ", found " + this);
        }
        return this;
    }

    @Override
    public String toString() {
        return low + ".." + high;
    }
}
