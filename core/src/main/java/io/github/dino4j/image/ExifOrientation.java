package io.github.dino4j.image;

/** The orientation of EXIF (tag 0x0112 of the first directory): finding it, and turning an image by it. */
final class ExifOrientation {
    private ExifOrientation() {}

    /** 1 to 8 from a TIFF structure at [offset, offset + length); 1 where there is none or it is damaged. */
    static int find(byte[] data, int offset, int length) {
        int value = TiffDirectory.of(data, offset, length).value(TiffDirectory.ORIENTATION, 1);
        return value >= 1 && value <= 8 ? value : 1;
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
