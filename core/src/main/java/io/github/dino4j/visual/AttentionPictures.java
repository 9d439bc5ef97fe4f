package io.github.dino4j.visual;

import io.github.dino4j.image.Geometry;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.AttentionMap;

/**
 * Pictures of where the class token looks, head by head (DINOv1, arXiv:2104.14294, "visualize_attention"). Immutable.
 */
public final class AttentionPictures {
    /** Share of a head's weight that DINOv1's masks hold. */
    public static final double MASS = 0.6;

    private static final double OVERLAY = 0.75;

    private final AttentionMap map;
    private final PatchGrid grid;

    /**
     * Pictures of a map.
     *
     * @param geometry of the image as the model saw it, from {@code Pixels} or {@code Features}
     */
    public AttentionPictures(AttentionMap map, Geometry geometry) {
        this.map = map;
        this.grid = PatchGrid.of(map, geometry);
    }

    /** Weights of one head, from 0 to its own greatest. */
    public HeatMap head(int head) {
        return scaled(map.head(require(head)));
    }

    /** Weights averaged over the heads, from 0 to the greatest. */
    public HeatMap mean() {
        return scaled(map.mean());
    }

    private HeatMap scaled(float[] weights) {
        HeatMap heat = HeatMap.of(grid, weights).with(ColourMap.INFERNO);
        return heat.withRange(0, Math.max(0, heat.high()));
    }

    /** The fewest patches of a head that hold {@code mass} of its weight, over the photo in a colour of their own with a contour. */
    public RgbImage mask(RgbImage photo, int head, double mass) {
        if (!(mass > 0 && mass <= 1)) {
            throw new IllegalArgumentException("the mass is a share in (0, 1], found " + mass);
        }
        boolean[] mask = map.mask(require(head), mass);
        return MaskPicture.over(photo, grid, mask, MaskPicture.colour(head));
    }

    /** All heads over the photo, then their mean, on one sheet with captions. */
    public RgbImage sheet(RgbImage photo) {
        Montage montage = Montage.ofColumns(Math.min(4, map.heads() + 1));
        for (int head = 0; head < map.heads(); head++) {
            montage.add(head(head).overlay(photo, OVERLAY), "head " + head);
        }
        return montage.add(mean().overlay(photo, OVERLAY), "mean").render();
    }

    private int require(int head) {
        if (head < 0 || head >= map.heads()) {
            throw new IllegalArgumentException(
                    "there is no head " + head + "; heads go from 0 to " + (map.heads() - 1));
        }
        return head;
    }
}
