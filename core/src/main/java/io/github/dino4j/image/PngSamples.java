package io.github.dino4j.image;

import java.nio.file.Path;

/**
 * The numbers of a PNG as the file stores them: class numbers, segment ids or depths, for which a picture's colours would
 * be wrong. A palette is not looked up, no orientation applied, 16 bits stay 16 bits. Immutable.
 */
public final class PngSamples {
    private final int width;
    private final int height;
    private final int channels;
    private final int bits;
    private final boolean indexed;
    private final short[] samples;

    PngSamples(int width, int height, int channels, int bits, boolean indexed, short[] samples) {
        this.width = width;
        this.height = height;
        this.channels = channels;
        this.bits = bits;
        this.indexed = indexed;
        this.samples = samples;
    }

    /**
     * Reads a file.
     *
     * @throws ImageException if it cannot be read, is no PNG, is damaged or too large
     */
    public static PngSamples read(Path file) {
        byte[] data = ImageDecoder.bytes(file);
        ImageFormat format = ImageFormat.of(data);
        if (format != ImageFormat.PNG) {
            throw new ImageException(file + ": this is " + format.words
                    + ", a PNG was wanted: other formats blur numbers or do not hold them. Write it as a PNG.");
        }
        return PngReader.samples(new Source(data, file.toString(), ImageDecoder.Options.standard()));
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** 1 for grey and palettes, 2 with transparency, 3 for RGB, 4 with transparency. */
    public int channels() {
        return channels;
    }

    /** Bits of a sample: 1, 2, 4, 8 or 16. */
    public int bits() {
        return bits;
    }

    /** Whether the numbers stand for colours of a palette. */
    public boolean indexed() {
        return indexed;
    }

    /** The number in column x, row y, 0 to 65535. */
    public int at(int x, int y, int channel) {
        if (x < 0 || x >= width || y < 0 || y >= height || channel < 0 || channel >= channels) {
            throw new IndexOutOfBoundsException("sample " + channel + " at (" + x + ", " + y + ") of a PNG " + width
                    + " x " + height + " with " + channels + " channels");
        }
        return samples[(y * width + x) * channels + channel] & 0xffff;
    }
}
