package io.github.dino4j.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads image files as Pillow's {@code Image.open(f).convert("RGB")} does, pixel for pixel where the format leaves no
 * choice.
 *
 * <p>Told apart by content, whatever the extension: JPEG (baseline, progressive; grey, YCbCr, RGB, CMYK, YCCK), PNG (every
 * colour type and depth, interlaced), WebP (lossy, lossless, alpha; of an animation the first frame), TIFF (first page), BMP,
 * GIF (first frame).
 *
 * <ul>
 *   <li>16-bit samples become 8 by {@code >> 8}. (Pillow clips 16-bit grey at 255 instead, which whitens the picture.)
 *   <li>Alpha is dropped, or laid over a colour: {@link Alpha}.
 *   <li>EXIF orientation is applied, or ignored: {@link Orientation}. Pillow leaves it to {@code exif_transpose}.
 *   <li>ICC profiles and PNG gamma are ignored, as Pillow ignores them: numbers go through as they are stored.
 *   <li>YCbCr in a TIFF goes by the JDK's TIFF reader; CIE Lab by Java's colour space, which no other decoder equals.
 *   <li>CMYK becomes RGB by {@code (255 - c)(255 - k) / 255}; the inversion of Adobe's JPEGs is undone.
 * </ul>
 *
 * <p>Pixels are counted from the header before anything is allocated. Every failure of a file is an {@link ImageException};
 * a picture that is cut short is a failure, not a half-grey image.
 *
 * <p>Immutable and free of global state (no ImageIO setting is touched); one instance serves any number of threads.
 */
public final class ImageDecoder {
    /** Pillow's limit against decompression bombs: 2 * (1 GiB / 4 / 3). */
    public static final long DEFAULT_MAX_PIXELS = 178_956_970;

    private static final long LARGEST_FILE = 1L << 30;

    private static final ImageDecoder STANDARD = new ImageDecoder(Options.standard());

    private final Options options;

    private ImageDecoder(Options options) {
        this.options = options;
    }

    /**
     * What is refused and what is done beyond decoding.
     *
     * @param maxPixels largest width times height, in 1..700,000,000
     */
    public record Options(long maxPixels, Orientation orientation, Alpha alpha) {
        public Options {
            if (maxPixels < 1 || maxPixels > 700_000_000) {
                throw new IllegalArgumentException(
                        "maxPixels lies in 1..700000000 (one array holds the image), found " + maxPixels);
            }
        }

        /** 178,956,970 pixels, orientation applied, alpha dropped. */
        public static Options standard() {
            return new Options(DEFAULT_MAX_PIXELS, Orientation.APPLY, new Alpha.Drop());
        }

        public Options withMaxPixels(long maxPixels) {
            return new Options(maxPixels, orientation, alpha);
        }

        public Options withOrientation(Orientation orientation) {
            return new Options(maxPixels, orientation, alpha);
        }

        /** Lays transparent images over the colour {@code 0xRRGGBB}. */
        public Options withBackground(int rgb) {
            return new Options(maxPixels, orientation, new Alpha.Over(rgb));
        }
    }

    /** A decoder with {@link Options#standard()}. */
    public static ImageDecoder standard() {
        return STANDARD;
    }

    public static ImageDecoder with(Options options) {
        return new ImageDecoder(options);
    }

    public Options options() {
        return options;
    }

    /**
     * Reads a file.
     *
     * @throws ImageException if it cannot be read, is no image of a known kind, is damaged or too large
     */
    public RgbImage read(Path file) {
        return read(bytes(file), file.toString());
    }

    /** A file in memory. */
    static byte[] bytes(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new ImageException(
                        file + ": this is a folder, an image file was wanted. ImageFolder lists what is in it.");
            }
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new ImageException(file + ": the file has " + size + " bytes, the limit is " + LARGEST_FILE
                        + ". Convert it first.");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ImageException(file + ": no such file. Check the path.", e);
        } catch (AccessDeniedException e) {
            throw new ImageException(file + ": not readable for this user. Check the permissions.", e);
        } catch (IOException e) {
            throw new ImageException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads a stream to its end and leaves it open. {@code name} stands for the file in messages. */
    public RgbImage read(InputStream stream, String name) {
        byte[] data;
        try {
            data = stream.readNBytes((int) LARGEST_FILE);
            if (data.length == LARGEST_FILE) {
                throw new ImageException(name + ": more than " + LARGEST_FILE + " bytes. Convert it first.");
            }
        } catch (IOException e) {
            throw new ImageException(name + ": cannot be read: " + e.getMessage(), e);
        }
        return read(data, name);
    }

    /** Reads bytes in memory. {@code name} stands for the file in messages. */
    public RgbImage read(byte[] data, String name) {
        ImageFormat format = ImageFormat.of(data);
        Source source = new Source(data, name, options);
        try {
            return switch (format) {
                case JPEG -> JpegReader.read(source);
                case PNG -> PngReader.read(source);
                case WEBP -> WebpReader.read(source);
                case TIFF -> TiffReader.read(source);
                case BMP -> BmpReader.read(source);
                case GIF -> GifReader.read(source);
                default -> throw new ImageException(refusal(name, data.length, format));
            };
        } catch (IOException | RuntimeException e) {
            if (e instanceof ImageException known) {
                throw known;
            }
            throw new ImageException(
                    name + ": damaged " + format.words + " (" + cause(e) + "). Copy the file again, or re-save it.", e);
        } catch (OutOfMemoryError e) {
            throw new ImageException(
                    name + ": does not fit into the Java heap of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB. Raise -Xmx, or lower ImageDecoder.Options.maxPixels.",
                    e);
        }
    }

    private static String cause(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String refusal(String name, int length, ImageFormat format) {
        if (length == 0) {
            return name + ": the file is empty (0 bytes). Copy or download it again.";
        }
        String found = format == ImageFormat.UNKNOWN
                ? "no image: its first bytes belong to no format known here"
                : format == ImageFormat.TEXT || format == ImageFormat.HTML
                        ? "no image: this is " + format.words
                        : "no decoder for " + format.words;
        return name + ": " + found
                + " (JPEG, PNG, WebP, TIFF, BMP, GIF can be read). Convert it, or pass --skip-unreadable.";
    }
}
