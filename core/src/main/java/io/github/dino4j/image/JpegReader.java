package io.github.dino4j.image;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageReader;

/**
 * JPEG by the JDK's libjpeg, raw samples only: the conversion to RGB is done here with libjpeg's own fixed-point tables, so
 * that neither ICC profiles nor the JDK's guesses about colour spaces touch the numbers.
 */
final class JpegReader {
    private JpegReader() {}

    /** What the markers before the first scan say. */
    private static final class Header {
        int width;
        int height;
        int components;
        int firstId;
        int secondId;
        int thirdId;
        boolean jfif;
        int adobe = -1;
        int orientation = 1;

        /** Rules of libjpeg's {@code default_decompress_parms}. */
        boolean yCbCr() {
            if (components == 4) {
                return adobe > 0;
            }
            if (components != 3) {
                return false;
            }
            return jfif || (adobe >= 0 ? adobe != 0 : !(firstId == 'R' && secondId == 'G' && thirdId == 'B'));
        }
    }

    static RgbImage read(Source source) throws IOException {
        Header header = header(source);
        source.checkSize(header.width, header.height);
        ImageReader reader = JdkReaders.create("jpeg");
        String[] warning = {""};
        Raster raster;
        try {
            reader.addIIOReadWarningListener((r, text) -> {
                if (isLoss(text)) {
                    warning[0] = text;
                }
            });
            reader.setInput(new ByteArrayImageInputStream(source.data()), true, true);
            raster = reader.readRaster(0, null);
        } finally {
            reader.dispose();
        }
        if (!warning[0].isEmpty()) {
            throw source.truncated(ImageFormat.JPEG, "the decoder says '" + warning[0] + "'");
        }
        RgbImage image = toRgb(raster, header);
        return source.options().orientation() == Orientation.APPLY
                ? ExifOrientation.apply(image, header.orientation)
                : image;
    }

    /** libjpeg goes on after lost data and fills with grey; of its warnings these tell so. */
    private static boolean isLoss(String warning) {
        String text = warning.toLowerCase(Locale.ROOT);
        return text.contains("premature end")
                || text.contains("truncated")
                || text.contains("missing eoi")
                || text.contains("bad huffman code")
                || text.contains("found marker");
    }

    private static Header header(Source s) {
        Header header = new Header();
        int at = 2;
        while (true) {
            while (at < s.data().length && s.u8(at) != 0xff) {
                at++; // libjpeg skips rubbish between markers, too
            }
            while (at < s.data().length && s.u8(at) == 0xff) {
                at++;
            }
            if (at > s.data().length - 3) {
                throw s.truncated(ImageFormat.JPEG, "it ends at byte " + s.data().length + " inside its header");
            }
            int marker = s.u8(at++);
            if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
                continue;
            }
            if (marker == 0xd9) {
                throw s.truncated(ImageFormat.JPEG, "it ends before its first scan");
            }
            int length = s.u16(at);
            if (length < 2 || length > s.data().length - at) {
                throw s.truncated(ImageFormat.JPEG, "a header segment of " + length + " bytes runs past the end");
            }
            if (marker == 0xda) {
                if (header.width == 0) {
                    throw s.damaged(ImageFormat.JPEG, "a scan stands before the frame header");
                }
                return header;
            }
            segment(s, header, marker, at + 2, length - 2);
            at += length;
        }
    }

    private static void segment(Source s, Header header, int marker, int at, int length) {
        if (marker == 0xe0 && length >= 5 && s.has(at, "JFIF\0")) {
            header.jfif = true;
        } else if (marker == 0xe1 && length > 14 && s.has(at, "Exif\0")) {
            int found = ExifOrientation.find(s.data(), at + 6, length - 6);
            header.orientation = header.orientation == 1 ? found : header.orientation;
        } else if (marker == 0xee && length >= 12 && s.has(at, "Adobe")) {
            header.adobe = s.u8(at + 11);
        } else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
            frame(s, header, marker, at, length);
        }
    }

    private static void frame(Source s, Header header, int marker, int at, int length) {
        if (marker > 0xc2) {
            String kind = marker > 0xc8 ? "arithmetic coding" : marker == 0xc3 ? "lossless JPEG" : "hierarchical JPEG";
            throw s.unsupported(ImageFormat.JPEG, kind, "baseline or progressive with Huffman coding");
        }
        if (length < 6 || length < 6 + 3 * s.u8(at + 5)) {
            throw s.damaged(ImageFormat.JPEG, "its frame header has " + length + " bytes");
        }
        if (s.u8(at) != 8) {
            throw s.unsupported(ImageFormat.JPEG, s.u8(at) + " bits a sample", "8");
        }
        header.height = s.u16(at + 1);
        header.width = s.u16(at + 3);
        header.components = s.u8(at + 5);
        if (header.components != 1 && header.components != 3 && header.components != 4) {
            throw s.unsupported(ImageFormat.JPEG, header.components + " components", "1, 3 or 4");
        }
        header.firstId = s.u8(at + 6);
        if (header.components >= 3) {
            header.secondId = s.u8(at + 9);
            header.thirdId = s.u8(at + 12);
        }
    }

    private static RgbImage toRgb(Raster raster, Header header) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] data = ((DataBufferByte) raster.getDataBuffer()).getData();
        int bands = raster.getNumBands();
        if (header.yCbCr()) {
            yCbCrToRgb(data, bands);
        }
        if (bands == 3) {
            return RgbImage.of(width, height, data);
        }
        byte[] rgb = new byte[3 * width * height];
        int flip = header.yCbCr() ? 0 : 255; // Adobe stores 255 - ink; from YCCK the step above has made ink already
        for (int i = 0, t = 0; t < rgb.length; i += bands, t += 3) {
            for (int c = 0; c < 3; c++) {
                rgb[t + c] =
                        bands == 1 ? data[i] : Rasters.cmyk((data[i + c] & 0xff) ^ flip, 255 - (data[i + 3] & 0xff));
            }
        }
        return RgbImage.of(width, height, rgb);
    }

    /** libjpeg's {@code ycc_rgb_convert}: 16-bit fixed point, the green terms rounded once together. */
    private static void yCbCrToRgb(byte[] data, int bands) {
        int[] red = new int[256];
        int[] blue = new int[256];
        int[] greenCb = new int[256];
        int[] greenCr = new int[256];
        for (int i = 0; i < 256; i++) {
            int x = i - 128;
            red[i] = (91881 * x + 32768) >> 16;
            blue[i] = (116130 * x + 32768) >> 16;
            greenCr[i] = -46802 * x;
            greenCb[i] = -22554 * x + 32768;
        }
        for (int i = 0; i + 2 < data.length; i += bands) {
            int y = data[i] & 0xff;
            int cb = data[i + 1] & 0xff;
            int cr = data[i + 2] & 0xff;
            data[i] = clamp(y + red[cr]);
            data[i + 1] = clamp(y + ((greenCb[cb] + greenCr[cr]) >> 16));
            data[i + 2] = clamp(y + blue[cb]);
        }
    }

    private static byte clamp(int v) {
        return (byte) (v < 0 ? 0 : Math.min(v, 255));
    }
}
