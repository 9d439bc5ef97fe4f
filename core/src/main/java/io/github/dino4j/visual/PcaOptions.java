package io.github.dino4j.visual;

/**
 * How a PCA picture is made.
 *
 * @param foreground true to colour the foreground only, in a basis of its own
 * @param threshold where the first component splits foreground from background
 * @param side which side of it is foreground
 * @param median true to smooth the first component by a 3 x 3 median first, as DINOv3's notebook does with its scores
 * @param enlargement from patches to pixels
 */
public record PcaOptions(boolean foreground, Threshold threshold, Side side, boolean median, Enlargement enlargement) {

    /** Foreground by Otsu's threshold, its side by the corners, enlarged linearly. */
    public static final PcaOptions DEFAULT =
            new PcaOptions(true, new Threshold.Otsu(), Side.CORNERS, true, Enlargement.BILINEAR);

    /** All patches coloured, no foreground. */
    public static final PcaOptions WHOLE =
            new PcaOptions(false, new Threshold.Otsu(), Side.CORNERS, true, Enlargement.BILINEAR);

    /** Where to cut the first component, whitened over all images (mean 0, variance 1). */
    public sealed interface Threshold {
        /** At a value; 0, the mean, is a common choice. Other numbers trim what the picture shows. */
        record At(double value) implements Threshold {}

        /** Where the two sides differ most: greatest variance between them (N. Otsu, 1979). */
        record Otsu() implements Threshold {}
    }

    /** Which side of the threshold is foreground: the sign of a component says nothing about that. */
    public enum Side {
        /**
         * The side to which fewer corners belong: photographers put the subject in the middle. The four corner patches of
         * each image vote; at a tie the smaller side is foreground.
         */
        CORNERS,
        ABOVE,
        BELOW
    }

    public PcaOptions withForeground(boolean foreground) {
        return new PcaOptions(foreground, threshold, side, median, enlargement);
    }

    public PcaOptions withThreshold(Threshold threshold) {
        return new PcaOptions(foreground, threshold, side, median, enlargement);
    }

    public PcaOptions withSide(Side side) {
        return new PcaOptions(foreground, threshold, side, median, enlargement);
    }

    public PcaOptions withMedian(boolean median) {
        return new PcaOptions(foreground, threshold, side, median, enlargement);
    }

    public PcaOptions withEnlargement(Enlargement enlargement) {
        return new PcaOptions(foreground, threshold, side, median, enlargement);
    }
}
