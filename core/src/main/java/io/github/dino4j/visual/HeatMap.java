package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;

/**
 * One number a patch, drawn: alone, one pixel or more a patch, or over the photo. Immutable; {@code with...} gives a
 * changed copy.
 */
public final class HeatMap {
    private final PatchGrid grid;
    private final float[] values;
    private final double low;
    private final double high;
    private final ColourMap colours;
    private final Enlargement enlargement;

    private HeatMap(
            PatchGrid grid, float[] values, double low, double high, ColourMap colours, Enlargement enlargement) {
        this.grid = grid;
        this.values = values;
        this.low = low;
        this.high = high;
        this.colours = colours;
        this.enlargement = enlargement;
    }

    /** Values [h * w] from their least to their greatest, in viridis, enlarged linearly. */
    public static HeatMap of(PatchGrid grid, float[] values) {
        if (values.length != grid.size()) {
            throw new IllegalArgumentException(values.length + " values do not fill a grid of " + grid.height() + " x "
                    + grid.width() + " patches");
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("a heat map needs finite values, found " + value
                        + "; a model that gives such features was loaded incompletely");
            }
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        return new HeatMap(grid, values.clone(), low, high, ColourMap.VIRIDIS, Enlargement.BILINEAR);
    }

    public HeatMap with(ColourMap colours) {
        return new HeatMap(grid, values, low, high, colours, enlargement);
    }

    public HeatMap with(Enlargement enlargement) {
        return new HeatMap(grid, values, low, high, colours, enlargement);
    }

    /** The values that take the first and the last colour; what lies beyond takes them too. */
    public HeatMap withRange(double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("a range goes from low to high, found " + low + " to " + high);
        }
        return new HeatMap(grid, values, low, high, colours, enlargement);
    }

    /** Least value of the scale. */
    public double low() {
        return low;
    }

    /** Greatest value of the scale. */
    public double high() {
        return high;
    }

    public ColourMap colours() {
        return colours;
    }

    public PatchGrid grid() {
        return grid;
    }

    /** The values [h * w]. */
    public float[] values() {
        return values.clone();
    }

    /** One pixel a patch. */
    public RgbImage picture() {
        return enlarged(1);
    }

    /** The whole grid, {@code cell} x {@code cell} pixels a patch. */
    public RgbImage enlarged(int cell) {
        return Canvas.paint(Sampler.ofGrid(grid.height(), grid.width(), cell, enlargement), this::colour);
    }

    /**
     * The map over the photo, in grey so that its colours do not mix with the map's. What the model did not see is dimmed.
     *
     * @param photo the source image, or a copy of it at any scale
     * @param opacity of the map, 0..1; 1 hides the photo
     */
    public RgbImage overlay(RgbImage photo, double opacity) {
        Sampler sampler = Sampler.ofPhoto(grid, photo.height(), photo.width(), enlargement);
        return Canvas.overlay(Canvas.grey(photo), sampler, this::colour, opacity);
    }

    private int colour(Sampler sampler, int x, int y) {
        double value = sampler.at(values, 1, 0, x, y);
        return colours.rgb(high > low ? (value - low) / (high - low) : 0.5);
    }
}
