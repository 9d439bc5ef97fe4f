package io.github.dino4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a zip file, with the place of each entry's bytes. {@code java.util.zip} hands out streams; a tensor
 * needs the offset, so that it can be mapped. Sizes come from the directory at the end (PyTorch leaves them out of the
 * local headers), in zip64 form where a file is large.
 */
final class ZipArchive {
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int DIRECTORY_ENTRY = 0x02014b50;
    private static final int LOCAL_HEADER = 0x04034b50;
    private static final int END_SIZE = 22;
    private static final long MAX_DIRECTORY = 256L << 20;

    private final Path file;
    private final FileChannel in;
    private final long size;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * @param method 0 for stored; anything else is compressed
     * @param header where the local header begins
     */
    record Entry(String name, int method, int flags, long compressed, long length, long header) {}

    /** Bytes of the file that hold an entry. */
    record Region(long offset, long length) {}

    ZipArchive(Path file, FileChannel in) throws IOException {
        this.file = file;
        this.in = in;
        size = in.size();
        readDirectory();
    }

    Map<String, Entry> entries() {
        return entries;
    }

    /** Where the bytes of a stored entry lie; an error if it is compressed or runs beyond the file. */
    Region region(Entry entry) throws IOException {
        if (entry.method() != 0 || (entry.flags() & 1) != 0) {
            throw new CheckpointException(file + ": the entry '" + entry.name() + "' is "
                    + (entry.method() != 0 ? "compressed" : "encrypted")
                    + "; torch.save stores its entries as they are. Re-save it with torch.save(...).");
        }
        ByteBuffer local = read(entry.header(), 30);
        if (local.getInt(0) != LOCAL_HEADER) {
            throw damaged("the entry '" + entry.name() + "' has no header at byte " + entry.header());
        }
        long offset = entry.header() + 30 + unsigned(local.getShort(26)) + unsigned(local.getShort(28));
        if (entry.length() != entry.compressed() || offset > size || entry.length() > size - offset) {
            throw damaged("the entry '" + entry.name() + "' runs beyond the file");
        }
        return new Region(offset, entry.length());
    }

    private void readDirectory() throws IOException {
        long endAt = findEnd();
        ByteBuffer end = read(endAt, END_SIZE);
        long count = unsigned(end.getShort(10));
        long length = unsigned(end.getInt(12));
        long start = unsigned(end.getInt(16));
        if (endAt >= 20 && read(endAt - 20, 20).getInt(0) == LOCATOR_64) {
            long end64At = read(endAt - 20, 20).getLong(8);
            ByteBuffer end64 = read(end64At, 56);
            if (end64.getInt(0) != END_64) {
                throw damaged("its zip64 directory is missing");
            }
            count = end64.getLong(32);
            length = end64.getLong(40);
            start = end64.getLong(48);
        }
        if (start < 0 || length < 0 || start > size - length || length > MAX_DIRECTORY || count > length / 46) {
            throw damaged("its directory does not fit into the file");
        }
        ByteBuffer directory = read(start, (int) length);
        for (long i = 0; i < count; i++) {
            Entry entry = readEntry(directory);
            if (entries.put(entry.name(), entry) != null) {
                throw damaged("it has two entries called '" + entry.name() + "'");
            }
        }
    }

    private Entry readEntry(ByteBuffer directory) {
        int at = directory.position();
        if (directory.remaining() < 46 || directory.getInt(at) != DIRECTORY_ENTRY) {
            throw damaged("its directory is broken");
        }
        int nameLength = unsigned(directory.getShort(at + 28));
        int extraLength = unsigned(directory.getShort(at + 30));
        int next = 46 + nameLength + extraLength + unsigned(directory.getShort(at + 32));
        if (next > directory.remaining()) {
            throw damaged("its directory is broken");
        }
        byte[] name = new byte[nameLength];
        directory.get(at + 46, name);
        // The zip64 extra field holds, in this order, those of the three numbers that did not fit into 32 bits.
        Zip64 wide = Zip64.find(directory, at + 46 + nameLength, extraLength);
        long length = widened(directory.getInt(at + 24), wide);
        long compressed = widened(directory.getInt(at + 20), wide);
        long header = widened(directory.getInt(at + 42), wide);
        if (length < 0 || compressed < 0 || header < 0 || header > size - 30) {
            throw damaged("its directory is broken");
        }
        directory.position(at + next);
        return new Entry(
                new String(name, StandardCharsets.UTF_8),
                unsigned(directory.getShort(at + 10)),
                unsigned(directory.getShort(at + 8)),
                compressed,
                length,
                header);
    }

    private long widened(int narrow, @Nullable Zip64 wide) {
        if (narrow != -1) {
            return unsigned(narrow);
        }
        if (wide == null || wide.numbers().remaining() < 8) {
            throw damaged("its directory is broken (zip64 sizes are missing)");
        }
        return wide.numbers().getLong();
    }

    private record Zip64(ByteBuffer numbers) {
        static @Nullable Zip64 find(ByteBuffer directory, int from, int length) {
            int at = from;
            while (at + 4 <= from + length) {
                int size = unsigned(directory.getShort(at + 2));
                if (directory.getShort(at) == 1 && at + 4 + size <= from + length) {
                    return new Zip64(directory.slice(at + 4, size).order(ByteOrder.LITTLE_ENDIAN));
                }
                at += 4 + size;
            }
            return null;
        }
    }

    /** The end record stands last, before a comment of at most 65535 bytes. */
    private long findEnd() throws IOException {
        int tail = (int) Math.min(size, END_SIZE + 0xffff);
        ByteBuffer bytes = read(size - tail, tail);
        for (int at = tail - END_SIZE; at >= 0; at--) {
            if (bytes.getInt(at) == END) {
                return size - tail + at;
            }
        }
        throw new CheckpointException(file + ": begins as a torch.save (zip) file but the directory at its end is"
                + " missing. The download was cut off; fetch it again.");
    }

    private ByteBuffer read(long position, int length) throws IOException {
        if (position < 0 || position > size - length) {
            throw damaged("its directory points beyond the file");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        FileRegion.readFully(file, in, position, bytes);
        return bytes.flip();
    }

    private CheckpointException damaged(String what) {
        return new CheckpointException(file + ": is a damaged zip file: " + what + ". Fetch it again.");
    }

    private static int unsigned(short value) {
        return value & 0xffff;
    }

    private static long unsigned(int value) {
        return value & 0xffffffffL;
    }
}
