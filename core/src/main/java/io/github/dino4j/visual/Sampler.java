package io.github.dino4j.visual;

import io.github.dino4j.image.Geometry;

/**
 * Values of patches [h, w, channels] read at pixels. Each axis is prepared once: which two patches a pixel lies between
 * and how near it is to the second; a pixel that the model did not see has none.
 */
final class Sampler {
    private static final int UNSEEN = -1;

    private final int gridWidth;
    private final Axis rows;
    private final Axis columns;

    private Sampler(int gridWidth, Axis rows, Axis columns) {
        this.gridWidth = gridWidth;
        this.rows = rows;
        this.columns = columns;
    }

    /** The whole grid at {@code cell} pixels a patch. */
    static Sampler ofGrid(int gridHeight, int gridWidth, int cell, Enlargement enlargement) {
        if (cell <= 0) {
            throw new IllegalArgumentException("a patch is drawn at 1 pixel or more, not " + cell);
        }
        return new Sampler(
                gridWidth,
                axis(gridHeight * cell, enlargement, 0, gridHeight, p -> (p + 0.5) / cell),
                axis(gridWidth * cell, enlargement, 0, gridWidth, p -> (p + 0.5) / cell));
    }

    /** The photo, or a copy of it at another size, of which the model saw what the geometry says. */
    static Sampler ofPhoto(PatchGrid grid, int photoHeight, int photoWidth, Enlargement enlargement) {
        grid.requirePhoto(photoWidth, photoHeight);
        Geometry g = grid.geometry();
        double stepX = (double) g.sourceWidth() / photoWidth;
        double stepY = (double) g.sourceHeight() / photoHeight;
        double cellX = (double) g.width() / grid.width();
        double cellY = (double) g.height() / grid.height();
        Geometry.Box content = g.content();
        return new Sampler(
                grid.width(),
                axis(
                        photoHeight,
                        enlargement,
                        content.top() / cellY,
                        content.bottom() / cellY,
                        p -> g.toInputY((p + 0.5) * stepY) / cellY),
                axis(
                        photoWidth,
                        enlargement,
                        content.left() / cellX,
                        content.right() / cellX,
                        p -> g.toInputX((p + 0.5) * stepX) / cellX));
    }

    int height() {
        return rows.low.length;
    }

    int width() {
        return columns.low.length;
    }

    /** True if the model saw this pixel. */
    boolean sees(int x, int y) {
        return rows.low[y] != UNSEEN && columns.low[x] != UNSEEN;
    }

    /** One channel of values [h, w, channels] at a pixel that the model saw. */
    double at(float[] values, int channels, int channel, int x, int y) {
        int top = rows.low[y] * gridWidth;
        int bottom = rows.high[y] * gridWidth;
        double a = values[(top + columns.low[x]) * channels + channel];
        double b = values[(top + columns.high[x]) * channels + channel];
        double c = values[(bottom + columns.low[x]) * channels + channel];
        double d = values[(bottom + columns.high[x]) * channels + channel];
        double u = columns.share[x];
        double upper = a + (b - a) * u;
        return upper + (c + (d - c) * u - upper) * rows.share[y];
    }

    /** Grid coordinate of the centre of a pixel. */
    private interface ToGrid {
        double of(int pixel);
    }

    /** For each pixel the two patches beside it and the share of the second. */
    private static final class Axis {
        private final int[] low;
        private final int[] high;
        private final double[] share;

        Axis(int pixels) {
            low = new int[pixels];
            high = new int[pixels];
            share = new double[pixels];
        }
    }

    /**
     * Only the patches from {@code from} to {@code to} show the photo. Linear reading holds the outermost ones to the
     * border, so that neither padding nor anything beyond the grid leaks in.
     */
    private static Axis axis(int pixels, Enlargement enlargement, double from, double to, ToGrid toGrid) {
        Axis axis = new Axis(pixels);
        int first = (int) Math.floor(from + 1e-9);
        int last = Math.max(first, (int) Math.ceil(to - 1e-9) - 1);
        for (int p = 0; p < pixels; p++) {
            double place = toGrid.of(p);
            if (place < from || place >= to) {
                axis.low[p] = UNSEEN;
                continue;
            }
            double left = enlargement == Enlargement.NEAREST ? place : place - 0.5;
            int cell = (int) Math.floor(left);
            axis.low[p] = clamp(cell, first, last);
            axis.high[p] = enlargement == Enlargement.NEAREST ? axis.low[p] : clamp(cell + 1, first, last);
            axis.share[p] = enlargement == Enlargement.NEAREST ? 0 : left - cell;
        }
        return axis;
    }

    private static int clamp(int value, int low, int high) {
        return Math.max(low, Math.min(high, value));
    }
}
