package io.github.dino4j.augment;

import io.github.dino4j.image.RgbImage;
import java.util.function.IntUnaryOperator;

/**
 * Arithmetic on 8-bit colours as Pillow does it (brightness, contrast, saturation, hue, grey, solarise), and as torchvision
 * does it on tensors where a recipe works on those. Pure functions.
 */
final class Levels {
    private Levels() {}

    /** Pillow's grey: {@code (19595 R + 38470 G + 7471 B + 2^15) >> 16}. */
    static int grey(int red, int green, int blue) {
        return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
    }

    static RgbImage grey(RgbImage photo) {
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            byte grey = (byte) grey(from[i] & 0xff, from[i + 1] & 0xff, from[i + 2] & 0xff);
            to[i] = grey;
            to[i + 1] = grey;
            to[i + 2] = grey;
        }
        return RgbImage.of(photo.width(), photo.height(), to);
    }

    /** Each value through one table. */
    static RgbImage mapped(RgbImage photo, IntUnaryOperator level) {
        byte[] table = new byte[256];
        for (int i = 0; i < 256; i++) {
            table[i] = (byte) level.applyAsInt(i);
        }
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i] = table[from[i] & 0xff];
        }
        return RgbImage.of(photo.width(), photo.height(), to);
    }

    /** Held to 0..255, then truncated. */
    static int cut(float value) {
        return value <= 0 ? 0 : value >= 255 ? 255 : (int) value;
    }

    static RgbImage brightness(RgbImage photo, double factor) {
        float f = (float) factor;
        return mapped(photo, p -> cut(f * p));
    }

    /** About the mean grey of the photo. */
    static RgbImage contrast(RgbImage photo, double factor) {
        float f = (float) factor;
        int mean = meanGrey(photo.rgb());
        return mapped(photo, p -> cut(mean + f * (p - mean)));
    }

    private static int meanGrey(byte[] rgb) {
        long sum = 0;
        for (int i = 0; i < rgb.length; i += 3) {
            sum += grey(rgb[i] & 0xff, rgb[i + 1] & 0xff, rgb[i + 2] & 0xff);
        }
        int pixels = rgb.length / 3;
        return (int) ((double) sum / pixels + 0.5);
    }

    static RgbImage saturation(RgbImage photo, double factor) {
        float f = (float) factor;
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            int grey = grey(from[i] & 0xff, from[i + 1] & 0xff, from[i + 2] & 0xff);
            for (int c = i; c < i + 3; c++) {
                to[c] = (byte) cut(grey + f * ((from[c] & 0xff) - grey));
            }
        }
        return RgbImage.of(photo.width(), photo.height(), to);
    }

    /**
     * Through 8-bit HSV, hue moved by {@code shift} of 255.
     *
     * @param shift -0.5 to 0.5
     */
    static RgbImage hue(RgbImage photo, double shift) {
        int add = (int) (shift * 255);
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            int red = from[i] & 0xff;
            int green = from[i + 1] & 0xff;
            int blue = from[i + 2] & 0xff;
            int max = Math.max(red, Math.max(green, blue));
            int min = Math.min(red, Math.min(green, blue));
            if (max == min) { // no hue
                to[i] = from[i];
                to[i + 1] = from[i + 1];
                to[i + 2] = from[i + 2];
                continue;
            }
            float range = max - min;
            int s = (int) (range / max * 255.0);
            float h = sector(red, green, blue, max, range);
            double turn = h / 6.0 + 1.0; // 5/6 to 11/6
            turn = turn >= 1 ? turn - 1 : turn;
            int hue = ((int) (turn * 255.0) + add) & 0xff;
            if (s == 0) { // too pale for 8 bits
                to[i] = (byte) max;
                to[i + 1] = (byte) max;
                to[i + 2] = (byte) max;
                continue;
            }
            int part = (int) (hue * 6.0 / 255.0);
            float f = (float) (hue * 6.0 / 255.0 - part);
            float fs = (float) (s / 255.0);
            int p = (int) (max * (1.0 - fs) + 0.5);
            int q = (int) (max * (1.0 - fs * f) + 0.5);
            int t = (int) (max * (1.0 - fs * (1.0 - f)) + 0.5);
            put(to, i, part, max, p, q, t);
        }
        return RgbImage.of(photo.width(), photo.height(), to);
    }

    private static float sector(float red, float green, float blue, float max, float range) {
        float rc = (max - red) / range;
        float gc = (max - green) / range;
        float bc = (max - blue) / range;
        if (red == max) {
            return bc - gc;
        }
        return green == max ? 2 + rc - bc : 4 + gc - rc;
    }

    private static void put(byte[] to, int i, int part, int v, int p, int q, int t) {
        switch (part % 6) {
            case 0 -> put(to, i, v, t, p);
            case 1 -> put(to, i, q, v, p);
            case 2 -> put(to, i, p, v, t);
            case 3 -> put(to, i, p, q, v);
            case 4 -> put(to, i, t, p, v);
            default -> put(to, i, v, p, q);
        }
    }

    private static void put(byte[] to, int i, int red, int green, int blue) {
        to[i] = (byte) red;
        to[i + 1] = (byte) green;
        to[i + 2] = (byte) blue;
    }

    static RgbImage solarised(RgbImage photo, int threshold) {
        return mapped(photo, p -> p < threshold ? p : 255 - p);
    }

    /** torchvision's saturation of a uint8 tensor: a blend with {@code 0.2989 R + 0.587 G + 0.114 B}, truncated. */
    static RgbImage tensorSaturation(RgbImage photo, double factor) {
        float f = (float) factor;
        float rest = (float) (1 - factor);
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            int grey =
                    (int) (0.2989f * (from[i] & 0xff) + 0.587f * (from[i + 1] & 0xff) + 0.114f * (from[i + 2] & 0xff));
            float share = rest * grey;
            for (int c = i; c < i + 3; c++) {
                to[c] = (byte) cut(f * (from[c] & 0xff) + share);
            }
        }
        return RgbImage.of(photo.width(), photo.height(), to);
    }

    /** torchvision's hue of a uint8 tensor: HSV in float32, back by {@code * 255.999}, truncated. */
    static RgbImage tensorHue(RgbImage photo, double shift) {
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        float add = (float) shift;
        for (int i = 0; i < from.length; i += 3) {
            float red = (from[i] & 0xff) / 255f;
            float green = (from[i + 1] & 0xff) / 255f;
            float blue = (from[i + 2] & 0xff) / 255f;
            float max = Math.max(red, Math.max(green, blue));
            float range = max - Math.min(red, Math.min(green, blue));
            if (range == 0) {
                to[i] = from[i];
                to[i + 1] = from[i + 1];
                to[i + 2] = from[i + 2];
                continue;
            }
            float s = range / max;
            float h = sector(red, green, blue, max, range) / 6 + 1; // 5/6 to 11/6
            h = (h >= 1 ? h - 1 : h) + add;
            h = h < 0 ? h + 1 : h >= 1 ? h - 1 : h;
            int part = (int) (h * 6);
            float f = h * 6 - part;
            put(to, i, part, back(max), back(max * (1 - s)), back(max * (1 - s * f)), back(max * (1 - s * (1 - f))));
        }
        return RgbImage.of(photo.width(), photo.height(), to);
    }

    private static int back(float value) {
        return (int) (Math.min(Math.max(value, 0), 1) * 255.999f);
    }
}
