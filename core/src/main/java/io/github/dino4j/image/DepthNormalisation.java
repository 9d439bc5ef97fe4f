package io.github.dino4j.image;

import java.util.Locale;
import java.util.Optional;

/**
 * How metres become the fourth channel of an RGB-D model: held to a range, then {@code (scale(metres) - mean) / std}. A
 * pixel without a measurement becomes 0, the mean: the value that says least. It belongs to the weights, as {@link
 * Normalisation} does.
 *
 * <p>Depths outside of the range are held at its ends, not dropped: a wall behind the farthest metre is far, not unknown.
 *
 * @param scale what is linear to the model: metres or their logarithm
 * @param nearest smallest depth told apart, in metres
 * @param farthest largest depth told apart, in metres
 * @param mean of {@code scale(metres)}
 * @param std its deviation
 */
public record DepthNormalisation(Scale scale, float nearest, float farthest, float mean, float std) {

    /** What is linear to the model. */
    public enum Scale {
        /** Metres. */
        LINEAR,
        /**
         * Natural logarithm of metres: a step from 1 m to 2 m counts as one from 4 m to 8 m. A depth camera's error grows
         * with the distance, and a scene twice as large is the same picture with depth shifted, not stretched.
         */
        LOG
    }

    /** Rooms, 0.3 m to 10 m, by the logarithm: the reach of usual indoor depth cameras. Values are -1.73 to 1.73. */
    public static final DepthNormalisation INDOOR = of(Scale.LOG, 0.3f, 10);

    public DepthNormalisation {
        if (!(nearest > 0 && nearest < farthest && Float.isFinite(farthest))) {
            throw new IllegalArgumentException("depths must range from a positive to a larger number of metres, found "
                    + nearest + " to " + farthest);
        }
        if (!Float.isFinite(mean) || !(std > 0 && Float.isFinite(std))) {
            throw new IllegalArgumentException("normalisation of depth has mean " + mean + " and deviation " + std
                    + "; both must be finite, the deviation positive");
        }
    }

    /**
     * Mean and deviation of depths spread evenly over the range on this scale, so that values fill the interval of width
     * 2 sqrt(3) about 0, nearly that of normalised colours. For other statistics, such as those of a data set of one's own,
     * there is the constructor.
     */
    public static DepthNormalisation of(Scale scale, float nearest, float farthest) {
        double low = scaled(scale, nearest);
        double high = scaled(scale, farthest);
        return new DepthNormalisation(
                scale, nearest, farthest, (float) ((low + high) / 2), (float) ((high - low) / Math.sqrt(12)));
    }

    /** The channel's value of a depth in metres; 0 for 0, which is no measurement. */
    public float apply(float metres) {
        if (!(metres > 0)) {
            return 0;
        }
        return (float) ((scaled(scale, Math.min(Math.max(metres, nearest), farthest)) - mean) / std);
    }

    private static double scaled(Scale scale, double metres) {
        return scale == Scale.LOG ? Math.log(metres) : metres;
    }

    /** The five components between commas, for a file's metadata; {@link #parse} reads it. */
    public String text() {
        return scale + "," + nearest + "," + farthest + "," + mean + "," + std;
    }

    /** Reads {@link #text()}; nothing if it is none. */
    public static Optional<DepthNormalisation> parse(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length != 5 || !parts[0].matches("LINEAR|LOG")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DepthNormalisation(
                    Scale.valueOf(parts[0]),
                    Float.parseFloat(parts[1]),
                    Float.parseFloat(parts[2]),
                    Float.parseFloat(parts[3]),
                    Float.parseFloat(parts[4])));
        } catch (IllegalArgumentException e) { // no numbers, or none that make sense
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s depth %.2f to %.2f m, mean %.3f, std %.3f",
                scale == Scale.LOG ? "logarithmic" : "linear",
                nearest,
                farthest,
                mean,
                std);
    }
}
