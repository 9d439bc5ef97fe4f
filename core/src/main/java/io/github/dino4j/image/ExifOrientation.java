package io.github.dino4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The orientation of EXIF (tag 0x0112 of the first directory): finding it, and turning an image by it. */
final class ExifOrientation {
    private static final int TAG = 0x0112;
    private static final int SHORT = 3;

    private ExifOrientation() {}

    /** 1 to 8 from a TIFF structure at [offset, offset + length); 1 where there is none or it is damaged. */
    static int find(byte[] data, int offset, int length) {
        if (offset < 0 || length < 8 || offset > data.length - length) {
            return 1;
        }
        ByteBuffer tiff = ByteBuffer.wrap(data, offset, length).slice();
        if (tiff.get(0) != tiff.get(1) || (tiff.get(0) != 'I' && tiff.get(0) != 'M')) {
            return 1;
        }
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        if (directory < 8 || directory > length - 2) {
            return 1;
        }
        int entries = tiff.getShort(directory) & 0xffff;
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + 12 * i;
            if (entry > length - 12) {
                return 1;
            }
            if ((tiff.getShort(entry) & 0xffff) == TAG && tiff.getShort(entry + 2) == SHORT) {
                int value = tiff.getShort(entry + 8);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    /** Turns and mirrors, so that the image stands as it was seen. */
    static RgbImage apply(RgbImage image, int orientation) {
        if (orientation == 1) {
            return image;
        }
        int w = image.width();
        int h = image.height();
        boolean swap = orientation >= 5;
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean fromBelow = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        int width = swap ? h : w;
        int height = swap ? w : h;
        for (int y = 0, t = 0; y < height; y++) {
            for (int x = 0; x < width; x++, t += 3) {
                int column = swap ? y : x;
                int row = swap ? x : y;
                int f = 3 * ((fromBelow ? h - 1 - row : row) * w + (fromRight ? w - 1 - column : column));
                to[t] = from[f];
                to[t + 1] = from[f + 1];
                to[t + 2] = from[f + 2];
            }
        }
        return RgbImage.of(width, height, to);
    }
}
