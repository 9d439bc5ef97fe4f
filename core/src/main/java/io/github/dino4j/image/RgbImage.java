package io.github.dino4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * An 8-bit RGB image: rows from the top, each pixel three bytes R, G, B without padding (PIL's mode "RGB").
 *
 * <p>Immutable by contract and safe to share between threads. The bytes are not copied on the way in or out, since a
 * photo holds tens of megabytes: whoever calls {@link #of} gives the array away, whoever calls {@link #rgb()} only
 * reads.
 */
public final class RgbImage {
    private final int width;
    private final int height;
    private final byte[] rgb;

    private RgbImage(int width, int height, byte[] rgb) {
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /**
     * Wraps interleaved bytes; the array belongs to the image from now on.
     *
     * @throws IllegalArgumentException if a side is not positive or the array is not of {@code 3 * width * height}
     */
    public static RgbImage of(int width, int height, byte[] rgb) {
        if (width <= 0 || height <= 0) {
            throw new IllegalArgumentException("an image needs at least 1 x 1 pixel, found " + width + " x " + height);
        }
        if (rgb.length != 3L * width * height) {
            throw new IllegalArgumentException("an image of " + width + " x " + height + " pixels has "
                    + 3L * width * height + " bytes, found " + rgb.length);
        }
        return new RgbImage(width, height, rgb);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The interleaved bytes themselves, {@code 3 * width * height} of them. Not to be modified. */
    public byte[] rgb() {
        return rgb;
    }

    /** The pixel in column x, row y as {@code 0xRRGGBB}. */
    public int pixel(int x, int y) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("pixel (" + x + ", " + y + ") of an image " + width + " x " + height);
        }
        int i = 3 * (y * width + x);
        return (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | (rgb[i + 2] & 0xff);
    }

    /**
     * Cuts out a rectangle that lies inside the image.
     *
     * @throws IllegalArgumentException if it does not
     */
    public RgbImage crop(int x, int y, int width, int height) {
        if (x < 0 || y < 0 || width <= 0 || height <= 0 || width > this.width - x || height > this.height - y) {
            throw new IllegalArgumentException("crop of " + width + " x " + height + " at (" + x + ", " + y
                    + ") leaves the image of " + this.width + " x " + this.height);
        }
        byte[] part = new byte[3 * width * height];
        for (int row = 0; row < height; row++) {
            System.arraycopy(rgb, 3 * ((y + row) * this.width + x), part, 3 * row * width, 3 * width);
        }
        return new RgbImage(width, height, part);
    }

    /** A copy for Java2D, of type {@link BufferedImage#TYPE_3BYTE_BGR}. */
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < rgb.length; i += 3) {
            bgr[i] = rgb[i + 2];
            bgr[i + 1] = rgb[i + 1];
            bgr[i + 2] = rgb[i];
        }
        return image;
    }

    /**
     * Copies a Java2D image. Samples are taken as they are: alpha is dropped, 16 bits become 8 by {@code >> 8}, and grey
     * stays the same grey, where {@link BufferedImage#getRGB} would bend it through a linear grey colour space.
     */
    public static RgbImage fromBufferedImage(BufferedImage image) {
        return Rasters.toRgb(image, new Alpha.Drop());
    }

    /** Writes an 8-bit RGB PNG. The file appears complete or not at all: it is written beside the target and renamed. */
    public void writePng(Path file) throws IOException {
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (OutputStream out =
                            Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
                if (!ImageIO.write(toBufferedImage(), "png", stream)) {
                    throw new IOException(file + ": this Java runtime has no PNG writer");
                }
            }
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public String toString() {
        return "RgbImage[" + width + " x " + height + "]";
    }
}
