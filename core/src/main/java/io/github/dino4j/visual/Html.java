package io.github.dino4j.visual;

import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Text and pictures in the form that HTML and XML take. */
final class Html {
    private static final float JPEG_QUALITY = 0.9f;

    private Html() {}

    /** Text safe between tags and in quoted attributes; characters that XML forbids become U+FFFD. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isXml(c) ? c : 0xfffd);
            }
        });
        return safe.toString();
    }

    private static boolean isXml(int c) {
        return c == '\t'
                || c == '\n'
                || (c >= 0x20 && c < 0x7f)
                || (c >= 0xa0 && c < 0xd800)
                || (c >= 0xe000 && c < 0xfffe)
                || c >= 0x10000;
    }

    /** The picture as a {@code data:} URI, PNG or JPEG, whichever is smaller. Grids of a few pixels stay exact: PNG. */
    static String dataUri(RgbImage picture) {
        byte[] png = encode(picture, "png");
        if (picture.width() * picture.height() < 10_000) {
            return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
        }
        byte[] jpeg = encode(picture, "jpeg");
        boolean exact = png.length <= jpeg.length;
        return "data:image/" + (exact ? "png" : "jpeg") + ";base64,"
                + Base64.getEncoder().encodeToString(exact ? png : jpeg);
    }

    /** The picture, or a copy whose longer side is {@code longest}. */
    static RgbImage reduced(RgbImage picture, int longest) {
        double scale = (double) longest / Math.max(picture.width(), picture.height());
        if (scale >= 1) {
            return picture;
        }
        int height = Math.max(1, (int) Math.rint(picture.height() * scale));
        return Resize.pillow(
                picture, height, Math.max(1, (int) Math.rint(picture.width() * scale)), Interpolation.BICUBIC);
    }

    private static byte[] encode(RgbImage picture, String format) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam options = writer.getDefaultWriteParam();
            options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            options.setCompressionQuality(format.equals("png") ? 0 : JPEG_QUALITY); // 0: deflate as small as it gets
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture.toBufferedImage(), null, null), options);
        } catch (IOException e) {
            throw new UncheckedIOException("a picture could not be encoded in memory", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
