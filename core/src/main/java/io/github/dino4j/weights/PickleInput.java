package io.github.dino4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads a part of a file byte by byte through a buffer. A length is checked against what is left before it is used. */
final class PickleInput {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final FileChannel in;
    private final long end;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long bufferEnd;

    PickleInput(Path file, FileChannel in, long start, long end) {
        this.file = file;
        this.in = in;
        this.end = end;
        bufferEnd = start;
        buffer.limit(0);
    }

    Path file() {
        return file;
    }

    /** Bytes from the start of the file to the next byte. */
    long position() {
        return bufferEnd - buffer.remaining();
    }

    int u1() throws IOException {
        return need(1).get() & 0xff;
    }

    int u2() throws IOException {
        return need(2).getShort() & 0xffff;
    }

    int i4() throws IOException {
        return need(4).getInt();
    }

    long u4() throws IOException {
        return i4() & 0xffffffffL;
    }

    long i8() throws IOException {
        return need(8).getLong();
    }

    double bigEndianDouble() throws IOException {
        return Double.longBitsToDouble(Long.reverseBytes(i8()));
    }

    byte[] bytes(long length) throws IOException {
        if (length < 0 || length > end - position()) {
            throw cutOff();
        }
        byte[] bytes = new byte[Math.toIntExact(length)];
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, need(1).remaining());
            buffer.get(bytes, at, count);
            at += count;
        }
        return bytes;
    }

    String utf8(long length) throws IOException {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    /** Text up to a line feed. Names of modules and numbers only, hence short. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = u1(); c != '\n'; c = u1()) {
            line.append((char) c);
            if (line.length() > 1024) {
                throw new CheckpointException(file + ": is no pickle that torch.save wrote (a line without an end)."
                        + " Re-save it with torch.save(model.state_dict(), ...) or as .safetensors.");
            }
        }
        return line.toString();
    }

    private ByteBuffer need(int count) throws IOException {
        while (buffer.remaining() < count) {
            buffer.compact();
            long left = end - bufferEnd;
            buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + Math.max(left, 0)));
            int read = buffer.hasRemaining() ? in.read(buffer, bufferEnd) : -1;
            if (read < 0) {
                throw cutOff();
            }
            bufferEnd += read;
            buffer.flip();
        }
        return buffer;
    }

    private CheckpointException cutOff() {
        return new CheckpointException(
                file + ": the pickle in it ends too early. The file was cut off or is damaged; fetch it again.");
    }
}
