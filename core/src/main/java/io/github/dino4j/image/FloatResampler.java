package io.github.dino4j.image;

import java.util.Arrays;

/**
 * torch's antialiased {@code interpolate} (its {@code UpSampleKernel.cpp}, from the specification): weights and sums in
 * float32, horizontal pass first, no rounding.
 */
final class FloatResampler {
    private FloatResampler() {}

    private static final class Kernels {
        final int[] first;
        final int[] count;
        final float[] taps;
        final int stride;

        Kernels(int out, double support) {
            stride = (int) Math.ceil(support) * 2 + 1;
            first = new int[out];
            count = new int[out];
            taps = new float[Math.multiplyExact(out, stride)];
        }

        static Kernels of(int in, int out, Interpolation filter) {
            float scale = (float) in / out;
            float support = scale >= 1 ? (float) filter.support() * scale : (float) filter.support();
            float inverse = scale >= 1 ? 1 / scale : 1;
            Kernels kernels = new Kernels(out, support);
            for (int o = 0; o < out; o++) {
                float center = (float) (scale * (o + 0.5)); // torch mixes float and double exactly so
                int first = Math.max((int) (center - support + 0.5), 0);
                int count = Math.min((int) (center + support + 0.5), in) - first;
                float sum = 0;
                int k = o * kernels.stride;
                for (int i = 0; i < count; i++) {
                    float w = filter.weight((float) (((i + first) - center + 0.5) * inverse));
                    kernels.taps[k + i] = w;
                    sum += w;
                }
                for (int i = 0; i < count && sum != 0; i++) {
                    kernels.taps[k + i] /= sum;
                }
                kernels.first[o] = first;
                kernels.count[o] = count;
            }
            return kernels;
        }
    }

    /** Interleaved [height, width, 3] of {@code image / divisor}. */
    static float[] resize(RgbImage image, float divisor, int height, int width, Interpolation filter) {
        float[] level = new float[256];
        for (int i = 0; i < 256; i++) {
            level[i] = i / divisor;
        }
        Kernels columns = Kernels.of(image.width(), width, filter);
        Kernels rows = Kernels.of(image.height(), height, filter);
        int stride = 3 * width;
        float[] to = new float[height * stride];
        float[][] ready = new float[image.height()][]; // horizontally resized rows that are still wanted
        float[] source = new float[3 * image.width()];
        int done = 0;
        int dropped = 0;
        float[] sum = new float[stride];
        for (int y = 0; y < height; y++) {
            for (; dropped < rows.first[y]; dropped++) {
                ready[dropped] = null;
            }
            int end = rows.first[y] + rows.count[y];
            for (done = Math.max(done, rows.first[y]); done < end; done++) {
                ready[done] = horizontal(image, done, level, source, columns, stride);
            }
            Arrays.fill(sum, 0);
            for (int i = 0; i < rows.count[y]; i++) {
                add(sum, ready[rows.first[y] + i], rows.taps[y * rows.stride + i]);
            }
            System.arraycopy(sum, 0, to, y * stride, stride);
        }
        return to;
    }

    private static float[] horizontal(
            RgbImage image, int y, float[] level, float[] source, Kernels kernels, int stride) {
        byte[] rgb = image.rgb();
        int row = y * source.length;
        for (int i = 0; i < source.length; i++) {
            source[i] = level[rgb[row + i] & 0xff];
        }
        float[] to = new float[stride];
        for (int x = 0; x < kernels.first.length; x++) {
            float red = 0;
            float green = 0;
            float blue = 0;
            int f = 3 * kernels.first[x];
            int k = x * kernels.stride;
            for (int end = k + kernels.count[x]; k < end; k++, f += 3) {
                float tap = kernels.taps[k];
                red += tap * source[f];
                green += tap * source[f + 1];
                blue += tap * source[f + 2];
            }
            to[3 * x] = red;
            to[3 * x + 1] = green;
            to[3 * x + 2] = blue;
        }
        return to;
    }

    private static void add(float[] sum, float[] row, float tap) {
        for (int x = 0; x < sum.length; x++) {
            sum[x] += tap * row[x];
        }
    }

    /** torch's "nearest": floor(o * scale) in float32. */
    static int[] nearest(int in, int out) {
        float scale = (float) in / out;
        int[] index = new int[out];
        for (int o = 0; o < out; o++) {
            index[o] = Math.min((int) (o * scale), in - 1);
        }
        return index;
    }
}
