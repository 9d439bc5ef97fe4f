package io.github.dino4j.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageReader;

/**
 * WebP by libwebp. The container is walked here: for the size, the orientation, and to hand the first frame of an animation
 * to a decoder that knows still images only.
 */
final class WebpReader {
    private static final WebPImageReaderSpi PROVIDER = new WebPImageReaderSpi();
    private static final int ALPHA = 0x10;

    private final Source source;
    private int width;
    private int height;
    private int left;
    private int top;
    private int orientation = 1;
    private byte[] still;

    private WebpReader(Source source) {
        this.source = source;
        this.still = source.data();
    }

    static RgbImage read(Source source) throws IOException {
        WebpReader webp = new WebpReader(source);
        webp.walk();
        RgbImage frame = webp.decode();
        RgbImage image = webp.onCanvas(frame);
        return source.options().orientation() == Orientation.APPLY
                ? ExifOrientation.apply(image, webp.orientation)
                : image;
    }

    private void walk() {
        long riff = source.data().length < 12 ? 0 : (source.i32le(4) & 0xffffffffL) + 8;
        if (riff > source.data().length || source.data().length < 30) {
            throw source.truncated(
                    ImageFormat.WEBP, "its header says " + riff + " bytes, the file has " + source.data().length);
        }
        boolean found = false;
        for (int at = 12; at <= riff - 8; ) {
            int length = source.i32le(at + 4);
            if (length < 0 || length > riff - at - 8) {
                throw source.truncated(ImageFormat.WEBP, "a chunk of " + length + " bytes runs past the end");
            }
            found |= chunk(at, length, found);
            at += 8 + length + (length & 1);
        }
        if (!found) {
            throw source.damaged(ImageFormat.WEBP, "it holds no image");
        }
    }

    /** Takes in one chunk; true if it is the image or the first frame. */
    private boolean chunk(int at, int length, boolean found) {
        int data = at + 8;
        if (source.has(at, "VP8X") && length >= 10) {
            size(1 + u24(data + 4), 1 + u24(data + 7));
        } else if (source.has(at, "EXIF")) {
            int skip = source.has(data, "Exif\0\0") ? 6 : 0;
            orientation = ExifOrientation.find(source.data(), data + skip, length - skip);
        } else if (source.has(at, "VP8 ") && length >= 10 && !found) {
            int w = source.u8(data + 6) | source.u8(data + 7) << 8;
            int h = source.u8(data + 8) | source.u8(data + 9) << 8;
            size(w & 0x3fff, h & 0x3fff);
            return true;
        } else if (source.has(at, "VP8L") && length >= 5 && !found) {
            int bits = source.i32le(data + 1);
            size((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
            return true;
        } else if (source.has(at, "ANMF") && length >= 24 && !found) {
            left = 2 * u24(data);
            top = 2 * u24(data + 3);
            still = still(data + 16, length - 16, u24(data + 6), u24(data + 9));
            return true;
        }
        return false;
    }

    private void size(int w, int h) {
        source.checkSize(w, h);
        width = Math.max(width, w);
        height = Math.max(height, h);
    }

    private int u24(int at) {
        return source.u8(at) | source.u8(at + 1) << 8 | source.u8(at + 2) << 16;
    }

    /** A still file of one animation frame: its ALPH, VP8 or VP8L chunks under an extended header. */
    private byte[] still(int at, int length, int widthLess1, int heightLess1) {
        ByteBuffer header = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
        header.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(22 + length);
        header.put("WEBPVP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10).putInt(ALPHA);
        header.putShort((short) widthLess1).put((byte) (widthLess1 >> 16));
        header.putShort((short) heightLess1).put((byte) (heightLess1 >> 16));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header.array());
        out.write(source.data(), at, length);
        return out.toByteArray();
    }

    private RgbImage decode() throws IOException {
        ImageReader reader = PROVIDER.createReaderInstance(null);
        try {
            reader.setInput(new ByteArrayImageInputStream(still), true, true);
            source.checkSize(reader.getWidth(0), reader.getHeight(0));
            return Rasters.toRgb(reader.read(0), source.options().alpha());
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new ImageException(
                    source.name() + ": WebP needs libwebp, which did not load on "
                            + System.getProperty("os.name") + " " + System.getProperty("os.arch") + " ("
                            + e.getMessage()
                            + "). Convert the file, for example to PNG.",
                    e);
        } finally {
            reader.dispose();
        }
    }

    /** What a first frame does not cover of its canvas is transparent black. */
    private RgbImage onCanvas(RgbImage frame) {
        if (frame.width() == width && frame.height() == height) {
            return frame;
        }
        if (frame.width() > width - left || frame.height() > height - top) {
            throw source.damaged(ImageFormat.WEBP, "its first frame leaves the canvas");
        }
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i += 3) {
            Rasters.put(rgb, i, 0, source.options().alpha());
        }
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(
                    frame.rgb(), 3 * y * frame.width(), rgb, 3 * ((top + y) * width + left), 3 * frame.width());
        }
        return RgbImage.of(width, height, rgb);
    }
}
