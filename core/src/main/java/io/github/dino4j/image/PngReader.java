package io.github.dino4j.image;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * PNG (ISO/IEC 15948), read here rather than by ImageIO, which skips the checksums, bends grey and stumbles over damaged
 * text and profile chunks. Memory stays at two rows beside the result; no chunk but the image's is unpacked.
 */
final class PngReader {
    /** Adam7: first column, first row, column step, row step of each pass. */
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] WHOLE = {{0, 0, 1, 1}};

    /** No deflate stream grows by more; so a header alone cannot make us allocate. */
    private static final int DEFLATE_AT_BEST = 1032;

    private final Source source;
    private final Inflater inflater = new Inflater();
    private PngPixels pixels = new PngPixels(1, 1, 8, 0, new Alpha.Drop());
    private boolean interlaced;
    private int next = 8; // where the next chunk begins
    private int orientation = 1;

    private PngReader(Source source) {
        this.source = source;
    }

    static RgbImage read(Source source) {
        PngReader reader = new PngReader(source);
        reader.read(() -> reader.pixels.allocate());
        return source.options().orientation() == Orientation.APPLY
                ? ExifOrientation.apply(reader.pixels.image(), reader.orientation)
                : reader.pixels.image();
    }

    /** The samples as they are stored, neither turned nor coloured. */
    static PngSamples samples(Source source) {
        PngReader reader = new PngReader(source);
        short[][] samples = new short[1][];
        reader.read(() -> samples[0] = reader.pixels.keepSamples());
        PngPixels pixels = reader.pixels;
        return new PngSamples(
                pixels.width, pixels.height, pixels.channels(), pixels.depth(), pixels.indexed(), samples[0]);
    }

    /** {@code allocate} runs when the header is known and found plausible. */
    private void read(Runnable allocate) {
        try {
            header();
            image(allocate);
        } catch (DataFormatException e) {
            throw source.damaged(ImageFormat.PNG, "its compressed data is wrong (" + e.getMessage() + ")");
        } finally {
            inflater.end();
        }
    }

    /** Steps to the next chunk and checks that it is whole; its data begins at {@code next - 4 - length}. */
    private int chunk() {
        if (next > source.data().length - 12) {
            throw source.truncated(
                    ImageFormat.PNG, "it ends at byte " + source.data().length + " before its image does");
        }
        int length = source.i32(next);
        if (length < 0 || length > source.data().length - next - 12) {
            throw source.truncated(
                    ImageFormat.PNG,
                    "chunk '" + type() + "' of " + (length & 0xffffffffL) + " bytes runs past the end");
        }
        boolean matters = (source.u8(next + 4) & 0x20) == 0 || source.has(next + 4, "tRNS");
        if (matters) {
            CRC32 crc = new CRC32();
            crc.update(source.data(), next + 4, length + 4);
            if ((int) crc.getValue() != source.i32(next + 8 + length)) {
                throw source.damaged(ImageFormat.PNG, "the checksum of chunk '" + type() + "' is wrong");
            }
        }
        return length;
    }

    private String type() {
        StringBuilder type = new StringBuilder();
        for (int i = 4; i < 8; i++) {
            int c = source.u8(next + i);
            type.append(c >= ' ' && c < 0x7f ? (char) c : '?');
        }
        return type.toString();
    }

    private void header() {
        int length = chunk();
        if (!source.has(next + 4, "IHDR") || length != 13) {
            throw source.damaged(ImageFormat.PNG, "it begins with chunk '" + type() + "', not IHDR");
        }
        int at = next + 8;
        source.checkSize(source.i32(at), source.i32(at + 4));
        int depth = source.u8(at + 8);
        int colour = source.u8(at + 9);
        boolean known = switch (colour) {
            case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case 2, 4, 6 -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!known || source.u8(at + 10) != 0 || source.u8(at + 11) != 0 || source.u8(at + 12) > 1) {
            throw source.damaged(
                    ImageFormat.PNG,
                    "colour type " + colour + " with " + depth
                            + " bits, or its compression or interlacing, does not exist");
        }
        interlaced = source.u8(at + 12) == 1;
        next += length + 12;
        boolean hasPalette = false;
        for (length = chunk(); !source.has(next + 4, "IDAT"); next += length + 12, length = chunk()) {
            if (source.has(next + 4, "IEND")) {
                throw source.damaged(ImageFormat.PNG, "it holds no image data");
            }
            hasPalette |= source.has(next + 4, "PLTE");
            if (source.has(next + 4, "eXIf")) {
                orientation = ExifOrientation.find(source.data(), next + 8, length);
            }
        }
        if (colour == 3 && !hasPalette) {
            throw source.damaged(ImageFormat.PNG, "it is of the palette kind and has no palette");
        }
        pixels = new PngPixels(
                source.i32(at),
                source.i32(at + 4),
                depth,
                colour,
                source.options().alpha());
        palette(at + 17);
    }

    private void palette(int at) {
        for (; !source.has(at + 4, "IDAT"); at += source.i32(at) + 12) {
            if (source.has(at + 4, "PLTE")) {
                pixels.palette(source.data(), at + 8, source.i32(at));
            } else if (source.has(at + 4, "tRNS")) {
                pixels.transparency(source.data(), at + 8, source.i32(at));
            }
        }
    }

    private void image(Runnable allocate) throws DataFormatException {
        long raw = pixels.height * (((long) pixels.width * pixels.bitsPerPixel() + 7) / 8);
        if (raw / DEFLATE_AT_BEST > source.data().length) {
            throw source.truncated(
                    ImageFormat.PNG, source.data().length + " bytes cannot hold " + raw + " bytes of samples");
        }
        allocate.run();
        for (int[] pass : interlaced ? ADAM7 : WHOLE) {
            int columns = (pixels.width - pass[0] + pass[2] - 1) / pass[2];
            int rows = (pixels.height - pass[1] + pass[3] - 1) / pass[3];
            if (columns <= 0 || rows <= 0) {
                continue;
            }
            int bytes = Math.toIntExact(((long) columns * pixels.bitsPerPixel() + 7) / 8);
            byte[] above = new byte[bytes];
            byte[] row = new byte[bytes];
            byte[] filter = new byte[1];
            for (int y = 0; y < rows; y++) {
                fill(filter);
                fill(row);
                unfilter(filter[0], row, above);
                pixels.put(row, columns, pass[0], pass[1] + y * pass[3], pass[2]);
                byte[] swap = above;
                above = row;
                row = swap;
            }
        }
        inflater.inflate(new byte[1]); // reads on to the checksum of the stream
    }

    /** Inflates until {@code to} is full. */
    private void fill(byte[] to) throws DataFormatException {
        int done = 0;
        while (done < to.length) {
            int count = inflater.inflate(to, done, to.length - done);
            done += count;
            if (count > 0) {
                continue;
            }
            if (inflater.finished() || inflater.needsDictionary()) {
                throw source.damaged(ImageFormat.PNG, "its image data ends before the last row");
            }
            int length = chunk();
            if (!source.has(next + 4, "IDAT")) {
                throw source.truncated(ImageFormat.PNG, "chunk '" + type() + "' comes before the last row");
            }
            inflater.setInput(source.data(), next + 8, length);
            next += length + 12;
        }
    }

    private void unfilter(int filter, byte[] row, byte[] above) {
        int step = Math.max(1, pixels.bitsPerPixel() / 8);
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int i = step; i < row.length; i++) {
                    row[i] += row[i - step];
                }
            }
            case 2 -> {
                for (int i = 0; i < row.length; i++) {
                    row[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 0; i < row.length; i++) {
                    int left = i < step ? 0 : row[i - step] & 0xff;
                    row[i] += (byte) ((left + (above[i] & 0xff)) >> 1);
                }
            }
            case 4 -> {
                for (int i = 0; i < Math.min(step, row.length); i++) {
                    row[i] += above[i];
                }
                for (int i = step; i < row.length; i++) {
                    row[i] += (byte) paeth(row[i - step] & 0xff, above[i] & 0xff, above[i - step] & 0xff);
                }
            }
            default -> throw source.damaged(ImageFormat.PNG, "row filter " + (filter & 0xff) + " does not exist");
        }
    }

    private static int paeth(int left, int up, int corner) {
        int toLeft = Math.abs(up - corner);
        int toUp = Math.abs(left - corner);
        int toCorner = Math.abs(left + up - 2 * corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
