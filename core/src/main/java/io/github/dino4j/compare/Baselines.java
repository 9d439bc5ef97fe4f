package io.github.dino4j.compare;

import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.RgbImage;

/** What any features have to beat. */
public final class Baselines {
    private static final int BINS = 4;

    private Baselines() {}

    /** The levels of a photo resized to {@code side} x {@code side}, from -0.5 to 0.5. */
    public static float[] pixels(RgbImage photo, int side) {
        byte[] rgb = photo.width() == side && photo.height() == side
                ? photo.rgb()
                : Resize.pillow(photo, side, side, Interpolation.BICUBIC).rgb();
        float[] values = new float[rgb.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (rgb[i] & 0xff) / 255f - 0.5f;
        }
        return values;
    }

    /** The share of the pixels in each of 4 x 4 x 4 colours, its root: then the cosine is Bhattacharyya's coefficient. */
    public static float[] histogram(RgbImage photo) {
        float[] counts = new float[BINS * BINS * BINS];
        byte[] rgb = photo.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            counts[(bin(rgb[i]) * BINS + bin(rgb[i + 1])) * BINS + bin(rgb[i + 2])]++;
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] = (float) Math.sqrt(counts[i] * 3 / rgb.length);
        }
        return counts;
    }

    private static int bin(byte level) {
        return (level & 0xff) * BINS / 256;
    }
}
