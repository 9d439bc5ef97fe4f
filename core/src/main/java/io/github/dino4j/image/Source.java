package io.github.dino4j.image;

import java.util.Locale;

/** One file in memory, its name for messages, and the limits it must keep. */
final class Source {
    private final byte[] data;
    private final String name;
    private final ImageDecoder.Options options;

    Source(byte[] data, String name, ImageDecoder.Options options) {
        this.data = data;
        this.name = name;
        this.options = options;
    }

    byte[] data() {
        return data;
    }

    String name() {
        return name;
    }

    ImageDecoder.Options options() {
        return options;
    }

    /** Checks a size that a header announces, before anything of that size is made. */
    void checkSize(long width, long height) {
        if (width <= 0 || height <= 0) {
            throw new ImageException(name + ": the header says " + width + " x " + height
                    + " pixels, an image needs at least 1 x 1. The file is damaged.");
        }
        if (width > options.maxPixels() / height) {
            throw new ImageException(String.format(
                    Locale.ROOT,
                    "%s: the header says %d x %d = %,d pixels, the limit is %,d. If the file is trusted, raise it with"
                            + " ImageDecoder.Options.withMaxPixels.",
                    name,
                    width,
                    height,
                    width * height,
                    options.maxPixels()));
        }
    }

    ImageException truncated(ImageFormat format, String found) {
        return new ImageException(name + ": " + format.words + " cut short, " + found
                + ". The picture would be incomplete; copy or download the file again.");
    }

    ImageException damaged(ImageFormat format, String found) {
        return new ImageException(
                name + ": damaged " + format.words + ", " + found + ". Copy the file again, or re-save it.");
    }

    ImageException unsupported(ImageFormat format, String found, String wanted) {
        return new ImageException(name + ": " + format.words + " of a kind that is not read: " + found + "; wanted "
                + wanted + ". Convert it, for example to PNG.");
    }

    int u8(int at) {
        return data[at] & 0xff;
    }

    int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    int i32(int at) {
        return u16(at) << 16 | u16(at + 2);
    }

    /** Little endian. */
    int i32le(int at) {
        return Integer.reverseBytes(i32(at));
    }

    boolean has(int at, String text) {
        if (at < 0 || at > data.length - text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (u8(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
