package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;

/** One image coloured by the principal components of its patches; {@link PcaPainter} makes it. Immutable. */
public final class PcaPicture {
    private final PatchGrid grid;
    private final float[] rgb;
    private final float[] foreground;
    private final Enlargement enlargement;

    PcaPicture(PatchGrid grid, float[] rgb, boolean[] foreground, Enlargement enlargement) {
        this.grid = grid;
        this.rgb = rgb;
        this.foreground = new float[foreground.length];
        for (int i = 0; i < foreground.length; i++) {
            this.foreground[i] = foreground[i] ? 1 : 0;
        }
        this.enlargement = enlargement;
    }

    public PatchGrid grid() {
        return grid;
    }

    /** Red, green, blue in 0..1 of every patch [h * w * 3], background included. */
    public float[] rgb() {
        return rgb.clone();
    }

    /** Foreground patches [h * w]. */
    public boolean[] foreground() {
        boolean[] mask = new boolean[foreground.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = foreground[i] > 0;
        }
        return mask;
    }

    /** One pixel a patch, the background black. */
    public RgbImage picture() {
        return enlarged(1);
    }

    /** The whole grid, {@code cell} x {@code cell} pixels a patch, the background black. */
    public RgbImage enlarged(int cell) {
        return Canvas.paint(
                Sampler.ofGrid(grid.height(), grid.width(), cell, enlargement),
                (sampler, x, y) -> isForeground(sampler, x, y) ? colour(sampler, x, y) : 0);
    }

    /**
     * The colours over the photo; background, and what the model did not see, is the photo dimmed.
     *
     * @param photo the source image, or a copy of it at any scale
     * @param opacity of the colours, 0..1; 1 hides the photo
     */
    public RgbImage overlay(RgbImage photo, double opacity) {
        Sampler sampler = Sampler.ofPhoto(grid, photo.height(), photo.width(), enlargement);
        return Canvas.overlay(photo, sampler, this::isForeground, this::colour, opacity);
    }

    private boolean isForeground(Sampler sampler, int x, int y) {
        return sampler.sees(x, y) && sampler.at(foreground, 1, 0, x, y) >= 0.5;
    }

    private int colour(Sampler sampler, int x, int y) {
        int colour = 0;
        for (int c = 0; c < 3; c++) {
            colour = colour << 8 | (int) Math.rint(255 * sampler.at(rgb, 3, c, x, y));
        }
        return colour;
    }
}
