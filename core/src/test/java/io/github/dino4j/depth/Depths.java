package io.github.dino4j.depth;

import io.github.dino4j.image.RgbImage;
import java.util.Arrays;

/** Maps and photos made up for tests. */
final class Depths {
    private Depths() {}

    static DepthMap map(int width, int height, float... metres) {
        return DepthMap.of(Quantity.DEPTH, width, height, metres);
    }

    static DepthMap flat(int width, int height, float metres) {
        float[] values = new float[width * height];
        Arrays.fill(values, metres);
        return map(width, height, values);
    }

    /** From 1 m at the left to {@code width} m at the right. */
    static DepthMap ramp(int width, int height) {
        float[] values = new float[width * height];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + i % width;
        }
        return map(width, height, values);
    }

    /** Red is the column, green the row. */
    static RgbImage photo(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (i % width);
            rgb[3 * i + 1] = (byte) (i / width);
            rgb[3 * i + 2] = 77;
        }
        return RgbImage.of(width, height, rgb);
    }
}
