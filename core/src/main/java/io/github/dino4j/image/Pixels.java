package io.github.dino4j.image;

import java.util.List;

/**
 * What a model sees of one image: normalised float32 values, planar [C, H, W] in the order R, G, B, and depth where there
 * is one, and the {@link Geometry} that leads back to the source.
 *
 * <p>Immutable by contract (the array is handed out, not copied) and safe to share between threads.
 */
public final class Pixels {
    private final float[] values;
    private final Geometry geometry;

    Pixels(float[] values, Geometry geometry) {
        this.values = values;
        this.geometry = geometry;
    }

    /** The values themselves, [C, H, W] row by row. Not to be modified. */
    public float[] values() {
        return values;
    }

    /** 3 for R, G, B; 4 with depth. */
    public int channels() {
        return values.length / (geometry.height() * geometry.width());
    }

    public int height() {
        return geometry.height();
    }

    public int width() {
        return geometry.width();
    }

    /** Source size, scale, offset, content box, cropped borders, policy. */
    public Geometry geometry() {
        return geometry;
    }

    /** Input pixels per source pixel, horizontally. */
    public double scaleX() {
        return geometry.scaleX();
    }

    /** Input pixels per source pixel, vertically. */
    public double scaleY() {
        return geometry.scaleY();
    }

    /** Input column of the source's left edge; positive where padded, negative where cropped. */
    public double offsetX() {
        return geometry.offsetX();
    }

    /** Input row of the source's upper edge; positive where padded, negative where cropped. */
    public double offsetY() {
        return geometry.offsetY();
    }

    /**
     * Joins images of one size.
     *
     * @return [B, C, H, W] as one array
     * @throws IllegalArgumentException if the list is empty or two sizes differ; the message names both
     */
    public static float[] batch(List<Pixels> images) {
        requireOneSize(images);
        Pixels first = images.get(0);
        float[] batch = new float[Math.multiplyExact(images.size(), first.values.length)];
        for (int b = 0; b < images.size(); b++) {
            System.arraycopy(images.get(b).values, 0, batch, b * first.values.length, first.values.length);
        }
        return batch;
    }

    /** Refuses an empty list and images of two sizes. */
    public static void requireOneSize(List<Pixels> images) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("a batch needs at least one image");
        }
        Pixels first = images.get(0);
        for (int b = 0; b < images.size(); b++) {
            Pixels image = images.get(b);
            if (image.height() != first.height()
                    || image.width() != first.width()
                    || image.channels() != first.channels()) {
                throw new IllegalArgumentException("image " + b + " of the batch is " + image.shape() + ", image 0 is "
                        + first.shape() + "; use a sizing that gives one size, or a batch each");
            }
        }
    }

    private String shape() {
        return "[" + channels() + ", " + height() + ", " + width() + "]";
    }

    @Override
    public String toString() {
        return "Pixels" + shape() + " of " + geometry;
    }
}
