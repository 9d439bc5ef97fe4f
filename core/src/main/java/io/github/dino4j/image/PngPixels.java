package io.github.dino4j.image;

import org.jspecify.annotations.Nullable;

/** Rows of PNG samples, of any depth and colour type, put into an RGB image. */
final class PngPixels {
    final int width;
    final int height;
    private final int depth;
    private final int channels;
    private final boolean indexed;
    private final boolean hasAlpha;
    private final Alpha alpha;
    private final int[] palette = new int[256];
    private final int[] key = {-1, -1, -1}; // the samples that tRNS makes transparent
    private byte[] rgb = {};
    private short @Nullable [] samples; // in place of colours, where they are asked for

    /** @param colour 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha */
    PngPixels(int width, int height, int depth, int colour, Alpha alpha) {
        this.width = width;
        this.height = height;
        this.depth = depth;
        this.channels = colour == 2 ? 3 : colour == 6 ? 4 : colour == 4 ? 2 : 1;
        this.indexed = colour == 3;
        this.hasAlpha = colour == 4 || colour == 6;
        this.alpha = alpha;
        for (int i = 0; i < 256; i++) {
            palette[i] = 0xff000000 | i * 0x010101; // what Pillow has past the end of a short palette
        }
    }

    int bitsPerPixel() {
        return depth * channels;
    }

    void palette(byte[] data, int at, int length) {
        for (int i = 0; indexed && i < Math.min(length / 3, 256); i++) {
            palette[i] = 0xff000000
                    | (data[at + 3 * i] & 0xff) << 16
                    | (data[at + 3 * i + 1] & 0xff) << 8
                    | (data[at + 3 * i + 2] & 0xff);
        }
    }

    void transparency(byte[] data, int at, int length) {
        if (indexed) {
            for (int i = 0; i < Math.min(length, 256); i++) {
                palette[i] = (palette[i] & 0xffffff) | (data[at + i] << 24);
            }
        } else if (!hasAlpha && length >= 2 * channels) {
            for (int c = 0; c < channels; c++) {
                key[c] = (data[at + 2 * c] & 0xff) << 8 | (data[at + 2 * c + 1] & 0xff);
            }
        }
    }

    int depth() {
        return depth;
    }

    int channels() {
        return channels;
    }

    boolean indexed() {
        return indexed;
    }

    /** Keeps the samples as the file has them, [height, width, channels]. */
    short[] keepSamples() {
        rgb = new byte[0];
        short[] kept = new short[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
        samples = kept;
        return kept;
    }

    void allocate() {
        rgb = new byte[Math.multiplyExact(3 * width, height)];
    }

    RgbImage image() {
        return RgbImage.of(width, height, rgb);
    }

    /** Puts {@code count} pixels at columns x, x + step, ... of row y. */
    void put(byte[] row, int count, int x, int y, int step) {
        if (samples != null) {
            for (int i = 0; i < count * channels; i++) {
                samples[(y * width + x + i / channels * step) * channels + i % channels] = (short) sample(row, i);
            }
            return;
        }
        if (depth == 8 && channels == 3 && step == 1 && key[0] < 0) {
            System.arraycopy(row, 0, rgb, 3 * y * width, 3 * width);
            return;
        }
        int t = 3 * (y * width + x);
        for (int i = 0; i < count; i++, t += 3 * step) {
            if (indexed) {
                Rasters.put(rgb, t, palette[sample(row, i)], alpha);
            } else {
                int opacity = hasAlpha ? toByte(sample(row, i * channels + channels - 1)) : isKey(row, i) ? 0 : 255;
                for (int c = 0; c < 3; c++) {
                    int value = toByte(sample(row, i * channels + (channels >= 3 ? c : 0)));
                    rgb[t + c] = (byte) alpha.apply(value, opacity, c);
                }
            }
        }
    }

    private boolean isKey(byte[] row, int pixel) {
        for (int c = 0; c < channels; c++) {
            if (sample(row, pixel * channels + c) != key[c]) {
                return false;
            }
        }
        return true;
    }

    private int sample(byte[] row, int index) {
        return switch (depth) {
            case 8 -> row[index] & 0xff;
            case 16 -> (row[2 * index] & 0xff) << 8 | (row[2 * index + 1] & 0xff);
            default -> {
                int bit = index * depth;
                yield ((row[bit >> 3] & 0xff) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
            }
        };
    }

    private int toByte(int sample) {
        return depth == 16 ? sample >> 8 : depth == 8 ? sample : sample * 255 / ((1 << depth) - 1);
    }
}
