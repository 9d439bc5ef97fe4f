package io.github.dino4j.detect;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * Images of several sizes as one batch: each in the upper left corner, zeros to its right and below. Bound to the scope in
 * which it was made.
 */
public final class PaddedImages {
    private final Tensor pixels;
    private final Padding padding;

    private PaddedImages(Tensor pixels, Padding padding) {
        this.pixels = pixels;
        this.padding = padding;
    }

    /**
     * An image's values.
     *
     * @param values normalised, [3, height, width] row by row
     */
    @SuppressWarnings("ArrayRecordComponent") // as Pixels: handed on, never compared
    public record Plane(float[] values, int height, int width) {
        public Plane {
            if (height < 1 || width < 1 || values.length != 3L * height * width) {
                throw new IllegalArgumentException(values.length + " values are no image [3, " + height + ", " + width
                        + "]; give normalised red, green and blue, one after the other");
            }
        }

        public static Plane of(Pixels pixels) {
            return new Plane(pixels.values(), pixels.height(), pixels.width());
        }
    }

    /**
     * Joins images in the current scope.
     *
     * @param multiple both sides of the batch become the next multiple of this: the backbone's patch
     * @throws IllegalArgumentException if there is none
     */
    public static PaddedImages of(List<Plane> images, int multiple) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("a batch needs at least one image");
        }
        int[] rows = images.stream().mapToInt(Plane::height).toArray();
        int[] columns = images.stream().mapToInt(Plane::width).toArray();
        int height = upTo(java.util.Arrays.stream(rows).max().orElseThrow(), multiple);
        int width = upTo(java.util.Arrays.stream(columns).max().orElseThrow(), multiple);
        float[] values = new float[Math.multiplyExact(3 * images.size(), height * width)];
        for (int b = 0; b < images.size(); b++) {
            for (int line = 0; line < 3 * rows[b]; line++) {
                int channel = line / rows[b];
                int y = line % rows[b];
                System.arraycopy(
                        images.get(b).values(),
                        line * columns[b],
                        values,
                        ((3 * b + channel) * height + y) * width,
                        columns[b]);
            }
        }
        return new PaddedImages(
                Tensor.of(values, images.size(), 3, height, width), new Padding(height, width, rows, columns));
    }

    private static int upTo(int side, int multiple) {
        return (side + multiple - 1) / multiple * multiple;
    }

    /** [B, 3, H, W]. */
    public Tensor pixels() {
        return pixels;
    }

    /** Images B. */
    public int size() {
        return padding.images();
    }

    /** Height of image b before padding. */
    public int height(int b) {
        return padding.rows(b);
    }

    /** Width of image b before padding. */
    public int width(int b) {
        return padding.columns(b);
    }

    Padding padding() {
        return padding;
    }
}
