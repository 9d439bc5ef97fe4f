package io.github.dino4j.segment;

import io.github.dino4j.predict.ClassList;
import java.util.Locale;

/** What the overlays of this package share. */
final class Drawing {
    /** The photo stays recognisable, the colours tell apart. */
    static final double OPACITY = 0.55;

    private Drawing() {}

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

    /** Colours for several objects of one class: the class's own first, then lighter and darker ones in turn. */
    static final class Shades {
        private static final double[] STEPS = {0, 0.4, -0.35, 0.2, -0.2, 0.6, -0.5};

        private final ClassList classes;
        private final int[] used;

        Shades(ClassList classes) {
            this.classes = classes;
            this.used = new int[classes.size()];
        }

        int next(int category) {
            double step = STEPS[used[category]++ % STEPS.length];
            int colour = classes.colourOf(category);
            int shade = 0;
            for (int shift = 16; shift >= 0; shift -= 8) {
                int value = colour >> shift & 0xff;
                shade |= (int) Math.round(step >= 0 ? value + (255 - value) * step : value * (1 + step)) << shift;
            }
            return shade;
        }
    }
}
