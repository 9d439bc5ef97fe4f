package io.github.dino4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A channel into a byte array of known size. */
final class ByteSink implements WritableByteChannel {
    private final ByteBuffer bytes;

    ByteSink(int size) {
        bytes = ByteBuffer.allocate(size);
    }

    byte[] array() {
        return bytes.array();
    }

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        bytes.put(source);
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}

    static void writeFully(WritableByteChannel out, byte[] bytes) throws IOException {
        writeFully(out, bytes, 0, bytes.length);
    }

    static void writeFully(WritableByteChannel out, byte[] bytes, int from, int length) throws IOException {
        writeFully(out, ByteBuffer.wrap(bytes, from, length));
    }

    static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    static byte[] littleEndian(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(values.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
