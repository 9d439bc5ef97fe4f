package io.github.dino4j.train;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * The normalised image of an example, as the backbone reads it. Immutable by contract: the array is handed out, not copied.
 *
 * @param index of the example, by which features of it are remembered
 * @param channels 3, or 4 with depth
 * @param values [channels, height, width], row by row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Input(int index, int channels, int height, int width, float[] values) {
    public Input {
        if (index < 0 || channels < 1 || height < 1 || width < 1 || values.length != (long) channels * height * width) {
            throw new IllegalArgumentException(values.length + " values do not make the image of example " + index
                    + ", [" + channels + ", " + height + ", " + width + "]");
        }
    }

    /** Pixels of an example. */
    public static Input of(int index, Pixels pixels) {
        return new Input(index, pixels.channels(), pixels.height(), pixels.width(), pixels.values());
    }

    /**
     * Images of one size as [B, channels, H, W] in the current scope.
     *
     * @throws IllegalArgumentException if the list is empty or two sizes differ; the message names both
     */
    public static Tensor batch(List<Input> images) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("a batch needs at least one example");
        }
        Input first = images.get(0);
        float[] all = new float[Math.multiplyExact(images.size(), first.values.length)];
        for (int b = 0; b < images.size(); b++) {
            Input image = images.get(b);
            if (!image.shape().equals(first.shape())) {
                throw new IllegalArgumentException(
                        "example " + image.index + " is " + image.shape() + ", example " + first.index + " "
                                + first.shape() + "; a batch has one size: crop or resize all examples to it");
            }
            System.arraycopy(image.values, 0, all, b * first.values.length, first.values.length);
        }
        return Tensor.of(all, images.size(), first.channels, first.height, first.width);
    }

    private String shape() {
        return "[" + channels + ", " + height + ", " + width + "]";
    }

    @Override
    public String toString() {
        return "Input[example " + index + ", " + shape() + "]";
    }
}
