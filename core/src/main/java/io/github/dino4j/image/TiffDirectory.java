package io.github.dino4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The first directory of a TIFF structure, which is also what EXIF is made of. Damage reads as absence. */
final class TiffDirectory {
    static final int ORIENTATION = 0x0112;
    static final int PREDICTOR = 317;
    static final int COLOR_MAP = 320;
    static final int TILE_WIDTH = 322;

    private static final int SHORT = 3;
    private static final int LONG = 4;

    private final ByteBuffer tiff;
    private final int first; // where the first entry stands
    private final int entries;

    private TiffDirectory(ByteBuffer tiff, int first, int entries) {
        this.tiff = tiff;
        this.first = first;
        this.entries = entries;
    }

    /** The directory of the structure at [offset, offset + length), a view on {@code data}; empty where there is none. */
    static TiffDirectory of(byte[] data, int offset, int length) {
        if (offset >= 0 && length >= 10 && offset <= data.length - length) {
            ByteBuffer tiff = ByteBuffer.wrap(data, offset, length).slice();
            boolean little = tiff.get(0) == 'I' && tiff.get(1) == 'I';
            if (little || (tiff.get(0) == 'M' && tiff.get(1) == 'M')) {
                tiff.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
                int at = tiff.getInt(4);
                if (at >= 8 && at <= length - 2) {
                    int entries = Math.min(tiff.getShort(at) & 0xffff, (length - at - 2) / 12);
                    return new TiffDirectory(tiff, at + 2, entries);
                }
            }
        }
        return new TiffDirectory(ByteBuffer.allocate(0), 0, 0);
    }

    /** First value of a tag of type SHORT or LONG, or {@code otherwise}. */
    int value(int tag, int otherwise) {
        int entry = entry(tag);
        if (entry < 0) {
            return otherwise;
        }
        return switch (tiff.getShort(entry + 2)) {
            case SHORT -> tiff.getShort(entry + 8) & 0xffff;
            case LONG -> tiff.getInt(entry + 8);
            default -> otherwise;
        };
    }

    /** Overwrites the first value of a SHORT tag in the data below. */
    void setShort(int tag, int value) {
        tiff.putShort(entry(tag) + 8, (short) value);
    }

    /** The values of a tag of more than two SHORTs, or none. */
    int[] shorts(int tag) {
        int entry = entry(tag);
        if (entry < 0 || tiff.getShort(entry + 2) != SHORT) {
            return new int[0];
        }
        int count = tiff.getInt(entry + 4);
        int at = tiff.getInt(entry + 8);
        if (count <= 2 || count > 3 << 16 || at < 0 || at > tiff.limit() - 2L * count) {
            return new int[0];
        }
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = tiff.getShort(at + 2 * i) & 0xffff;
        }
        return values;
    }

    private int entry(int tag) {
        for (int i = 0; i < entries; i++) {
            if ((tiff.getShort(first + 12 * i) & 0xffff) == tag) {
                return first + 12 * i;
            }
        }
        return -1;
    }
}
