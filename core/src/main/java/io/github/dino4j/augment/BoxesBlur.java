package io.github.dino4j.augment;

import io.github.dino4j.image.RgbImage;

/**
 * Pillow's {@code GaussianBlur}, as DINOv1 blurs: three extended box blurs across, then three down (Gwosdek et al., "Theoretical
 * Foundations of Gaussian Convolution by Extended Box Filtering"), whose variances add up to {@code radius^2}. A box is whole in its
 * middle and fractional at both ends; weights are 24-bit fixed point, each pass is rounded to levels, and the edge is repeated.
 */
final class BoxesBlur {
    private static final int PASSES = 3;
    private static final int ONE = 1 << 24;

    private BoxesBlur() {}

    static RgbImage of(RgbImage photo, double radius) {
        double box = box(radius);
        int width = photo.width();
        int height = photo.height();
        byte[] rgb = photo.rgb().clone();
        byte[] line = new byte[Math.max(width, height)];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < height; y++) {
                blur(rgb, 3 * y * width + c, 3, width, box, line);
            }
            for (int x = 0; x < width; x++) {
                blur(rgb, 3 * x + c, 3 * width, height, box, line);
            }
        }
        return RgbImage.of(width, height, rgb);
    }

    /** Half width of the box, of which {@value #PASSES} have the variance of a Gaussian: a whole part and a share of the next. */
    static double box(double radius) {
        double variance = radius * radius / PASSES;
        double whole = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
        double next = whole + 1;
        return whole + (2 * whole + 1) * (whole * next - 3 * variance) / (6 * (variance - next * next));
    }

    /** All passes over one line of {@code count} values at a distance of {@code step}. */
    private static void blur(byte[] values, int start, int step, int count, double box, byte[] line) {
        int whole = (int) box;
        long weight = (long) (ONE / (2 * box + 1));
        long ends = (ONE - (2L * whole + 1) * weight) / 2;
        for (int pass = 0; pass < PASSES; pass++) {
            for (int i = 0; i < count; i++) {
                line[i] = values[start + i * step];
            }
            for (int i = 0; i < count; i++) {
                long inner = 0;
                for (int k = -whole; k <= whole; k++) {
                    inner += at(line, i + k, count);
                }
                long outer = (long) at(line, i - whole - 1, count) + at(line, i + whole + 1, count);
                values[start + i * step] = (byte) ((inner * weight + outer * ends + ONE / 2) >> 24);
            }
        }
    }

    private static int at(byte[] line, int index, int count) {
        return line[Math.max(0, Math.min(count - 1, index))] & 0xff;
    }
}
