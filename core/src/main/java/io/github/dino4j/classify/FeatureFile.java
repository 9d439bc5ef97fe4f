package io.github.dino4j.classify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Features in a temporary file instead of memory: rows are added one by one, then read in blocks. The file has no name in the
 * end and goes with the process, or with {@link #close}. For one thread at a time.
 */
public final class FeatureFile implements FeatureRows, AutoCloseable {
    private static final int BUFFER = 1 << 20;

    private final FileChannel channel;
    private final int dim;
    private final ByteBuffer buffer;
    private int size;

    private FeatureFile(FileChannel channel, int dim) {
        this.channel = channel;
        this.dim = dim;
        this.buffer =
                ByteBuffer.allocateDirect(Math.max(BUFFER, dim * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * An empty file in a folder for temporary ones.
     *
     * @throws UncheckedIOException if it cannot be made
     */
    public static FeatureFile create(Path folder, int dim) {
        if (dim < 1) {
            throw new IllegalArgumentException("a feature has at least one value, not " + dim);
        }
        try {
            Path file = Files.createTempFile(folder, "dino4j-features-", ".bin");
            return new FeatureFile(
                    FileChannel.open(
                            file,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE),
                    dim);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    folder + ": no temporary file for features can be made there: " + e.getMessage(), e);
        }
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if it has another width
     * @throws UncheckedIOException if the disk is full, or fails
     */
    public void add(float[] row) {
        if (row.length != dim) {
            throw new IllegalArgumentException(
                    "features of one model have one width: row " + size + " has " + row.length + " values, not " + dim);
        }
        buffer.clear();
        for (float value : row) {
            buffer.putFloat(value);
        }
        buffer.flip();
        try {
            long at = (long) size * dim * Float.BYTES;
            while (buffer.hasRemaining()) {
                at += channel.write(buffer, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the temporary file of features cannot be written after " + size + " rows: " + e.getMessage()
                            + "; make room there, or let java.io.tmpdir name another folder",
                    e);
        }
        size++;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int dim() {
        return dim;
    }

    @Override
    public void read(int first, int count, float[] target) {
        if (first < 0 || count < 0 || first + count > size) {
            throw new IndexOutOfBoundsException("rows " + first + " to " + (first + count) + " of " + size);
        }
        long at = (long) first * dim * Float.BYTES;
        int rows = buffer.capacity() / (dim * Float.BYTES);
        try {
            for (int row = 0; row < count; row += rows) {
                int some = Math.min(rows, count - row);
                buffer.clear().limit(some * dim * Float.BYTES);
                while (buffer.hasRemaining()) {
                    int got = channel.read(buffer, at);
                    if (got < 0) {
                        throw new IOException("the file ends at byte " + at);
                    }
                    at += got;
                }
                buffer.flip();
                buffer.asFloatBuffer().get(target, row * dim, some * dim);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of features cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
