package io.github.dino4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads the values of an {@link StoredTensor.InFile}. */
final class FileRegion {
    /** A multiple of every element size, so that no element is cut. */
    private static final int BUFFER = 1 << 18;

    private FileRegion() {}

    static void write(StoredTensor.InFile tensor, WritableByteChannel out) throws IOException {
        if (tensor.elements() == 0) {
            return;
        }
        try (FileChannel in = open(tensor.file())) {
            if (tensor.contiguous()) {
                copy(tensor.file(), in, tensor.offset(), tensor.bytes(), out);
            } else {
                gather(tensor, in, out);
            }
        }
    }

    /** Fills the buffer from a position of the file, or says that the file is too short. */
    static void readFully(Path file, FileChannel in, long position, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            int count = in.read(into, position);
            if (count < 0) {
                throw new CheckpointException(file + ": ends at byte " + in.size() + ", " + into.remaining()
                        + " bytes more are needed. The file was cut off or has changed since it was opened.");
            }
            position += count;
        }
    }

    private static FileChannel open(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be opened any more: " + e, e);
        }
    }

    private static void copy(Path file, FileChannel in, long position, long length, WritableByteChannel out)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(length, BUFFER));
        for (long done = 0; done < length; done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
            readFully(file, in, position + done, buffer);
            ByteSink.writeFully(out, buffer.flip());
        }
    }

    /** A view (transposed, a slice, repeated): reads the span that it covers and walks its strides. */
    private static void gather(StoredTensor.InFile tensor, FileChannel in, WritableByteChannel out) throws IOException {
        long[] shape = tensor.shape();
        long[] strides = tensor.strides();
        int size = tensor.dtype().bytes();
        long last = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            last += (shape[axis] - 1) * strides[axis];
        }
        long span = (last + 1) * size;
        if (span > Integer.MAX_VALUE - 8) {
            throw new CheckpointException(tensor.file() + ": a strided view covers " + span
                    + " bytes, more than 2 GiB. Re-save it with tensor.contiguous().");
        }
        byte[] source = new byte[(int) span];
        readFully(tensor.file(), in, tensor.offset(), ByteBuffer.wrap(source));

        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(tensor.bytes(), BUFFER));
        long[] index = new long[shape.length];
        int at = 0; // element number in source
        for (long left = tensor.elements(); left > 0; left--) {
            chunk.put(source, at * size, size);
            if (!chunk.hasRemaining() || left == 1) {
                ByteSink.writeFully(out, chunk.flip());
                chunk.clear();
            }
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                at += (int) strides[axis];
                if (++index[axis] < shape[axis]) {
                    break;
                }
                at -= (int) (shape[axis] * strides[axis]);
                index[axis] = 0;
            }
        }
    }
}
