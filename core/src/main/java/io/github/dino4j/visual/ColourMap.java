package io.github.dino4j.visual;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;

/**
 * Colours for numbers in 0..1. Perceptually uniform but for {@link #TURBO}, so that equal steps look equal and the order
 * survives a grey print. Immutable.
 */
public final class ColourMap {
    /** Dark violet over green to yellow; the safe choice. Polynomial fit (M. Zucker, CC0) of matplotlib's viridis (CC0). */
    public static final ColourMap VIRIDIS = polynomial(
            "viridis",
            new double[] {
                0.2777273272, 0.1050930431, -0.3308618287, -4.6342304990, 6.2282699363, 4.7763849977, -5.4354558559
            },
            new double[] {
                0.0054073445, 1.4046135299, 0.2148475595, -5.7991009734, 14.1799333668, -13.7451453777, 4.6458526122
            },
            new double[] {
                0.3340998053, 1.3845901626, 0.0950951630, -19.3324409563, 56.6905526007, -65.3530326334, 26.3124352496
            });

    /** Black over red to pale yellow; for weights. Polynomial fit (M. Zucker, CC0) of matplotlib's inferno (CC0). */
    public static final ColourMap INFERNO = polynomial(
            "inferno",
            new double[] {
                0.0002189404, 0.1065134195, 11.6024930825, -41.7039961314, 77.1629356994, -71.3194282450, 25.1311262248
            },
            new double[] {
                0.0016510046, 0.5639564368, -3.9728539657, 17.4363988821, -33.4023589421, 32.6260642640, -12.2426689524
            },
            new double[] {
                -0.0194808984,
                3.9327123889,
                -15.9423941063,
                44.3541451987,
                -81.8073092574,
                73.2095198580,
                -23.0703250029
            });

    /** Blue over green to red, a smoother rainbow. Polynomial of A. Mikhailov (Google, Apache-2.0, 2019). */
    public static final ColourMap TURBO = polynomial(
            "turbo",
            new double[] {0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943},
            new double[] {0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604},
            new double[] {0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973});

    /**
     * Blue over grey to red, for signed values with the neutral one at 0.5. Anchors of K. Moreland, "Diverging Color Maps
     * for Scientific Visualization" (2009).
     */
    public static final ColourMap DIVERGING = anchors(
            "diverging",
            new int[] {0x3b4cc0, 0x6282ea, 0x8db0fe, 0xb8d0f9, 0xdddddd, 0xf5c4ad, 0xf49a7b, 0xde604d, 0xb40426});

    private static final List<ColourMap> ALL = List.of(VIRIDIS, INFERNO, TURBO, DIVERGING);
    private static final int STEPS = 1024;

    private final String name;
    private final int[] table = new int[STEPS];

    /** @param channel value in 0..1 of a channel (0 red, 1 green, 2 blue) at a place in 0..1 */
    private ColourMap(String name, ToDoubleBiFunction<Double, Integer> channel) {
        this.name = name;
        for (int i = 0; i < STEPS; i++) {
            int colour = 0;
            for (int c = 0; c < 3; c++) {
                double level = channel.applyAsDouble(i / (STEPS - 1.0), c);
                colour = colour << 8 | (int) Math.rint(255 * Math.max(0, Math.min(1, level)));
            }
            table[i] = colour;
        }
    }

    /** All of them. */
    public static List<ColourMap> all() {
        return ALL;
    }

    /**
     * The map of a name, in any case.
     *
     * @throws IllegalArgumentException listing the names, if there is none
     */
    public static ColourMap named(String name) {
        return ALL.stream()
                .filter(map -> map.name.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no colour map is called '" + name + "'; take one of "
                        + String.join(", ", ALL.stream().map(ColourMap::name).toList())));
    }

    public String name() {
        return name;
    }

    /** The colour of a value as {@code 0xRRGGBB}; values outside 0..1 take the end's colour, NaN a middle grey. */
    public int rgb(double value) {
        if (Double.isNaN(value)) {
            return 0x808080;
        }
        return table[(int) Math.rint(Math.max(0, Math.min(1, value)) * (STEPS - 1))];
    }

    @Override
    public String toString() {
        return name;
    }

    /** Coefficients of red, green and blue, the constant first. */
    private static ColourMap polynomial(String name, double[]... coefficients) {
        return new ColourMap(name, (t, channel) -> {
            double value = 0;
            for (int i = coefficients[channel].length - 1; i >= 0; i--) {
                value = value * t + coefficients[channel][i];
            }
            return value;
        });
    }

    /** Colours at equal distances, straight lines between them. */
    private static ColourMap anchors(String name, int[] colours) {
        return new ColourMap(name, (t, channel) -> {
            double place = t * (colours.length - 1);
            int low = Math.min((int) place, colours.length - 2);
            int shift = 16 - 8 * channel;
            double from = colours[low] >> shift & 0xff;
            double to = colours[low + 1] >> shift & 0xff;
            return (from + (to - from) * (place - low)) / 255;
        });
    }
}
