package io.github.dino4j.segment;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.visual.AreaPicture;
import java.util.Locale;
import java.util.stream.IntStream;

/** What the overlays of this package share. */
final class Drawing {
    /** The photo stays recognisable, the colours tell apart. */
    static final double OPACITY = 0.55;

    private Drawing() {}

    /** Refuses a photo that is not the one which {@code result} of this size belongs to. */
    static void requireSize(RgbImage photo, int width, int height, String result) {
        if (photo.width() != width || photo.height() != height) {
            throw new IllegalArgumentException("the photo is " + photo.width() + " x " + photo.height() + ", " + result
                    + " " + width + " x " + height + "; give the photo that was segmented");
        }
    }

    static String percent(double share) {
        double percent = 100 * share;
        return percent > 0 && percent < 0.1
                ? "<0.1 %"
                : String.format(Locale.ROOT, percent < 99.95 ? "%.1f %%" : "%.0f %%", percent);
    }

    /** Pixel i of interleaved bytes. */
    static void put(byte[] rgb, int i, int colour) {
        rgb[3 * i] = (byte) (colour >> 16);
        rgb[3 * i + 1] = (byte) (colour >> 8);
        rgb[3 * i + 2] = (byte) colour;
    }

    /**
     * Entries of a legend in which a class may stand several times: numbered then, in shades of the class's colour, its
     * own first, lighter and darker ones in turn.
     */
    static final class Objects {
        private static final double[] STEPS = {0, 0.4, -0.35, 0.2, -0.2, 0.6, -0.5};

        private final ClassList classes;
        private final int[] times;
        private final int[] used;

        /** For objects of these categories, as many as there are. */
        Objects(ClassList classes, IntStream categories) {
            this.classes = classes;
            this.times = new int[classes.size()];
            this.used = new int[classes.size()];
            categories.forEach(category -> times[category]++);
        }

        AreaPicture.Area next(int category, double share) {
            int number = used[category]++;
            String name = classes.nameOf(category) + (times[category] > 1 ? " " + (number + 1) : "");
            return new AreaPicture.Area(
                    name, shade(classes.colourOf(category), STEPS[number % STEPS.length]), percent(share));
        }

        /** Towards white where {@code step} is above 0, towards black where it is below. */
        private static int shade(int colour, double step) {
            int shade = 0;
            for (int shift = 16; shift >= 0; shift -= 8) {
                int value = colour >> shift & 0xff;
                shade |= (int) Math.round(step >= 0 ? value + (255 - value) * step : value * (1 + step)) << shift;
            }
            return shade;
        }
    }
}
