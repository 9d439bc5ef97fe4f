package io.github.dino4j.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.SampleModel;

/** From Java2D's rasters to RGB bytes, sample by sample, without a colour conversion. */
final class Rasters {
    private Rasters() {}

    /** One channel of a CMYK pixel as Pillow has it; {@code ink} and {@code black} in 0..255. */
    static byte cmyk(int ink, int black) {
        int light = 255 - black;
        int product = ink * light + 128;
        return (byte) (light - ((product + (product >> 8)) >> 8));
    }

    static RgbImage toRgb(BufferedImage image, Alpha alpha) {
        Raster raster = image.getRaster();
        ColorModel model = image.getColorModel();
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
        if (model instanceof IndexColorModel palette) {
            palette(raster, palette, alpha, rgb);
        } else if (isPlain(model)) {
            samples(raster, model, alpha, rgb);
        } else { // YCbCr or Lab in a TIFF: only its colour space knows
            for (int y = 0, t = 0; y < height; y++) {
                for (int x = 0; x < width; x++, t += 3) {
                    put(rgb, t, image.getRGB(x, y), alpha);
                }
            }
        }
        return RgbImage.of(width, height, rgb);
    }

    private static boolean isPlain(ColorModel model) {
        int type = model.getColorSpace().getType();
        return type == ColorSpace.TYPE_RGB || type == ColorSpace.TYPE_GRAY || type == ColorSpace.TYPE_CMYK;
    }

    private static void palette(Raster raster, IndexColorModel palette, Alpha alpha, byte[] rgb) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int width = raster.getWidth();
        int[] row = new int[width];
        for (int y = 0, t = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int x = 0; x < width; x++, t += 3) {
                put(rgb, t, row[x] < colours.length ? colours[row[x]] : 0xff000000, alpha);
            }
        }
    }

    static void put(byte[] rgb, int at, int argb, Alpha alpha) {
        for (int c = 0; c < 3; c++) {
            rgb[at + c] = (byte) alpha.apply((argb >> (8 * (2 - c))) & 0xff, argb >>> 24, c);
        }
    }

    private static void samples(Raster raster, ColorModel model, Alpha alpha, byte[] rgb) {
        SampleModel samples = raster.getSampleModel();
        int bands = raster.getNumBands();
        int colours = Math.min(bands, model.getNumColorComponents());
        boolean hasAlpha = model.hasAlpha() && bands > colours;
        int[] bits = samples.getSampleSize();
        int width = raster.getWidth();
        int[] row = new int[width * bands];
        int[] pixel = new int[bands];
        for (int y = 0, t = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++, t += 3) {
                for (int b = 0; b < bands; b++) {
                    pixel[b] = toByte(row[x * bands + b], bits[b]);
                }
                int opacity = hasAlpha ? pixel[colours] : 255;
                for (int c = 0; c < 3; c++) {
                    int value = colours == 4 ? cmyk(pixel[c], pixel[3]) & 0xff : pixel[colours == 3 ? c : 0];
                    rgb[t + c] = (byte) alpha.apply(value, opacity, c);
                }
            }
        }
    }

    private static int toByte(int sample, int bits) {
        return bits >= 8 ? (sample >>> (bits - 8)) & 0xff : sample * 255 / ((1 << bits) - 1);
    }
}
