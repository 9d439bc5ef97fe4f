package io.github.dino4j.visual;

import io.github.dino4j.image.Geometry;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.predict.Features;
import java.util.Locale;

/**
 * Where each patch lies in the photo. The photo may have been scaled, cropped or padded for the model; everything drawn
 * here goes back through {@link Geometry}, so that a map covers exactly the part that the model saw.
 *
 * <p>Photo coordinates are continuous, in pixels of the source image, origin at the upper left corner: the centre of
 * pixel 0 is 0.5. The grid is taken to cover the whole input.
 *
 * @param height rows of patches
 * @param width columns of patches
 */
public record PatchGrid(int height, int width, Geometry geometry) {

    public PatchGrid {
        if (height <= 0 || width <= 0) {
            throw new IllegalArgumentException("a grid needs at least 1 x 1 patch, found " + height + " x " + width);
        }
    }

    /** One patch of a grid, counted from 0 at the upper left. */
    public record Patch(int row, int column) {}

    public static PatchGrid of(Features features) {
        return new PatchGrid(features.height(), features.width(), features.geometry());
    }

    /** The grid of an attention map of the image prepared with this geometry. */
    public static PatchGrid of(AttentionMap map, Geometry geometry) {
        return new PatchGrid(map.height(), map.width(), geometry);
    }

    /** Number of patches. */
    public int size() {
        return height * width;
    }

    /** Photo column of a grid column; the centre of patch {@code c} is at {@code c + 0.5}. */
    public double sourceX(double column) {
        return geometry.toSourceX(column * geometry.width() / width);
    }

    /** Photo row of a grid row; the centre of patch {@code r} is at {@code r + 0.5}. */
    public double sourceY(double row) {
        return geometry.toSourceY(row * geometry.height() / height);
    }

    /** True if the centre of the patch shows the photo and not padding. */
    public boolean showsPhoto(int row, int column) {
        double x = (column + 0.5) * geometry.width() / width;
        double y = (row + 0.5) * geometry.height() / height;
        Geometry.Box content = geometry.content();
        return x >= content.left() && x < content.right() && y >= content.top() && y < content.bottom();
    }

    /**
     * The patch that shows a point of the photo.
     *
     * @throws IllegalArgumentException naming the valid range, if the point lies outside the photo or was cropped away
     */
    public Patch at(double x, double y) {
        Geometry.Box content = geometry.content();
        double left = Math.max(0, geometry.toSourceX(content.left()));
        double right = Math.min(geometry.sourceWidth(), geometry.toSourceX(content.right()));
        double top = Math.max(0, geometry.toSourceY(content.top()));
        double bottom = Math.min(geometry.sourceHeight(), geometry.toSourceY(content.bottom()));
        if (!(x >= left && x < right && y >= top && y < bottom)) {
            boolean inPhoto = x >= 0 && x < geometry.sourceWidth() && y >= 0 && y < geometry.sourceHeight();
            throw new IllegalArgumentException("point (" + number(x) + ", " + number(y) + ") "
                    + (inPhoto ? "was cropped away before the model" : "lies outside the photo") + "; x must be from "
                    + number(left) + " to below " + number(right) + " and y from " + number(top) + " to below "
                    + number(bottom) + " (photo of " + geometry.sourceWidth() + " x " + geometry.sourceHeight()
                    + " pixels, " + geometry.policy() + ")");
        }
        int row = (int) (geometry.toInputY(y) * height / geometry.height());
        int column = (int) (geometry.toInputX(x) * width / geometry.width());
        return new Patch(clamp(row, height), clamp(column, width));
    }

    /** @throws IllegalArgumentException naming the valid range, if the grid has no such patch */
    Patch require(int row, int column) {
        if (row < 0 || row >= height || column < 0 || column >= width) {
            throw new IllegalArgumentException("patch (row " + row + ", column " + column + ") is not in the grid;"
                    + " rows go from 0 to " + (height - 1) + ", columns from 0 to " + (width - 1));
        }
        return new Patch(row, column);
    }

    /** Checks that the picture is the photo of this grid, at any scale. */
    public void requirePhoto(int photoWidth, int photoHeight) {
        double scale =
                Math.max((double) photoWidth / geometry.sourceWidth(), (double) photoHeight / geometry.sourceHeight());
        if (Math.abs(geometry.sourceWidth() * scale - photoWidth) > 1
                || Math.abs(geometry.sourceHeight() * scale - photoHeight) > 1) {
            throw new IllegalArgumentException("the photo is " + photoWidth + " x " + photoHeight
                    + ", the features come from one of " + geometry.sourceWidth() + " x " + geometry.sourceHeight()
                    + "; give that photo, or a scaled copy of it");
        }
    }

    private static int clamp(int index, int size) {
        return Math.max(0, Math.min(size - 1, index));
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
