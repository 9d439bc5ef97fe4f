package io.github.dino4j.image;

import java.util.Arrays;

/**
 * Pillow's resampling of 8-bit images (its {@code Resample.c}, from the specification): weights in double, rounded to 22
 * fractional bits; horizontal pass, 8 bits between the passes, vertical pass. An axis that keeps its size is skipped.
 */
final class PillowResampler {
    private static final int BITS = 22;

    private PillowResampler() {}

    /** For each output: first source index, number of taps, and the taps, in one flat table. */
    private static final class Kernels {
        final int[] first;
        final int[] count;
        final int[] taps;
        final int stride;

        Kernels(int out, double support) {
            stride = (int) Math.ceil(support) * 2 + 1;
            first = new int[out];
            count = new int[out];
            taps = new int[Math.multiplyExact(out, stride)];
        }

        static Kernels of(int in, int out, Interpolation filter) {
            double scale = (double) in / out;
            double widening = Math.max(scale, 1);
            double support = filter.support() * widening;
            double inverse = 1 / widening;
            Kernels kernels = new Kernels(out, support);
            double[] weights = new double[kernels.stride];
            for (int o = 0; o < out; o++) {
                double center = (o + 0.5) * scale;
                int first = Math.max((int) (center - support + 0.5), 0);
                int count = Math.min((int) (center + support + 0.5), in) - first;
                double sum = 0;
                for (int i = 0; i < count; i++) {
                    weights[i] = filter.weight((i + first - center + 0.5) * inverse);
                    sum += weights[i];
                }
                kernels.first[o] = first;
                kernels.count[o] = count;
                for (int i = 0; i < count; i++) {
                    double w = (sum == 0 ? weights[i] : weights[i] / sum) * (1 << BITS);
                    kernels.taps[o * kernels.stride + i] = (int) (w < 0 ? w - 0.5 : w + 0.5);
                }
            }
            return kernels;
        }
    }

    static RgbImage resize(RgbImage image, int height, int width, Interpolation filter) {
        byte[] pixels = image.rgb();
        Kernels rows = Kernels.of(image.height(), height, filter);
        int top = 0;
        int lines = image.height();
        if (height != image.height()) { // the horizontal pass visits only rows that the vertical one reads
            top = rows.first[0];
            lines = rows.first[height - 1] + rows.count[height - 1] - top;
        }
        if (width != image.width()) {
            pixels = horizontal(pixels, image.width(), top, lines, width, Kernels.of(image.width(), width, filter));
        } else {
            top = 0;
        }
        return RgbImage.of(
                width, height, height == image.height() ? pixels : vertical(pixels, top, width, height, rows));
    }

    private static byte[] horizontal(byte[] from, int fromWidth, int top, int lines, int width, Kernels kernels) {
        byte[] to = new byte[Math.multiplyExact(3 * lines, width)];
        int t = 0;
        for (int y = 0; y < lines; y++) {
            int row = 3 * (top + y) * fromWidth;
            for (int x = 0; x < width; x++, t += 3) {
                int red = 1 << (BITS - 1);
                int green = red;
                int blue = red;
                int f = row + 3 * kernels.first[x];
                int k = x * kernels.stride;
                for (int end = k + kernels.count[x]; k < end; k++, f += 3) {
                    int tap = kernels.taps[k];
                    red += tap * (from[f] & 0xff);
                    green += tap * (from[f + 1] & 0xff);
                    blue += tap * (from[f + 2] & 0xff);
                }
                to[t] = clamp(red);
                to[t + 1] = clamp(green);
                to[t + 2] = clamp(blue);
            }
        }
        return to;
    }

    private static byte[] vertical(byte[] from, int top, int width, int height, Kernels kernels) {
        byte[] to = new byte[3 * width * height];
        int stride = 3 * width;
        int[] sum = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sum, 1 << (BITS - 1));
            for (int i = 0; i < kernels.count[y]; i++) {
                add(sum, from, (kernels.first[y] - top + i) * stride, kernels.taps[y * kernels.stride + i]);
            }
            for (int x = 0; x < stride; x++) {
                to[y * stride + x] = clamp(sum[x]);
            }
        }
        return to;
    }

    /** A loop of its own, plain enough for the compiler to vectorise. */
    private static void add(int[] sum, byte[] from, int offset, int tap) {
        for (int x = 0; x < sum.length; x++) {
            sum[x] += tap * (from[offset + x] & 0xff);
        }
    }

    private static byte clamp(int fixed) {
        int v = fixed >> BITS;
        return (byte) (v < 0 ? 0 : Math.min(v, 255));
    }

    /** Source index of each output; the position is summed up as Pillow's affine transform does, not multiplied out. */
    static int[] nearest(int in, int out) {
        double scale = (double) in / out;
        int[] index = new int[out];
        double position = scale * 0.5;
        for (int o = 0; o < out; o++, position += scale) {
            index[o] = Math.min((int) position, in - 1);
        }
        return index;
    }
}
