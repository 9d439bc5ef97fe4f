package io.github.dino4j.augment;

import io.github.dino4j.image.RgbImage;
import java.util.Arrays;

/**
 * torchvision's {@code gaussian_blur}: nine taps {@code exp(-x^2 / (2 sigma^2))}, normalised, one axis after the other in
 * float32, the edge not repeated in the reflection, rounded half to even.
 */
final class GaussianBlur {
    private static final int REACH = 4;

    private GaussianBlur() {}

    static RgbImage of(RgbImage photo, double sigma) {
        float[] taps = taps(sigma);
        int width = photo.width();
        int height = photo.height();
        byte[] rgb = photo.rgb();
        float[] across = new float[rgb.length];
        int[] columns = reflected(width);
        for (int y = 0; y < height; y++) {
            int row = 3 * y * width;
            for (int x = 0; x < width; x++) {
                float red = 0;
                float green = 0;
                float blue = 0;
                for (int k = 0; k < taps.length; k++) {
                    int from = row + 3 * columns[x + k];
                    red += taps[k] * (rgb[from] & 0xff);
                    green += taps[k] * (rgb[from + 1] & 0xff);
                    blue += taps[k] * (rgb[from + 2] & 0xff);
                }
                across[row + 3 * x] = red;
                across[row + 3 * x + 1] = green;
                across[row + 3 * x + 2] = blue;
            }
        }
        return RgbImage.of(width, height, down(across, 3 * width, height, taps));
    }

    private static byte[] down(float[] from, int stride, int height, float[] taps) {
        byte[] to = new byte[from.length];
        int[] rows = reflected(height);
        float[] sum = new float[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sum, 0);
            for (int k = 0; k < taps.length; k++) {
                add(sum, from, rows[y + k] * stride, taps[k]);
            }
            for (int x = 0; x < stride; x++) {
                to[y * stride + x] = (byte) (int) Math.rint(Math.min(Math.max(sum[x], 0), 255));
            }
        }
        return to;
    }

    /** A loop of its own, plain enough for the compiler to vectorise. */
    private static void add(float[] sum, float[] from, int offset, float tap) {
        for (int x = 0; x < sum.length; x++) {
            sum[x] += tap * from[offset + x];
        }
    }

    private static float[] taps(double sigma) {
        float[] taps = new float[2 * REACH + 1];
        float sum = 0;
        for (int k = 0; k < taps.length; k++) {
            double x = (k - REACH) / sigma;
            taps[k] = (float) Math.exp(-0.5 * x * x);
            sum += taps[k];
        }
        for (int k = 0; k < taps.length; k++) {
            taps[k] /= sum;
        }
        return taps;
    }

    /** Index under tap k at x: entry x + k. Photos narrower than the reach are reflected more than once. */
    private static int[] reflected(int side) {
        int[] index = new int[side + 2 * REACH];
        int period = Math.max(1, 2 * (side - 1));
        for (int i = 0; i < index.length; i++) {
            int at = Math.floorMod(i - REACH, period);
            index[i] = at < side ? at : period - at;
        }
        return index;
    }
}
