package io.github.dino4j.onnx;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/**
 * Values of a constant, row-major and little endian, made when they are written: a weight is in the heap only while it
 * passes.
 */
interface Values {
    Type type();

    long[] shape();

    void writeTo(WritableByteChannel out) throws IOException;

    default long bytes() {
        return Arrays.stream(shape()).reduce(1, Math::multiplyExact) * type().bytes;
    }

    /** Element types under ONNX's numbers. */
    enum Type {
        FLOAT(1, 4),
        INT8(3, 1),
        INT64(7, 8);

        final int number;
        final int bytes;

        Type(int number, int bytes) {
            this.number = number;
            this.bytes = bytes;
        }
    }

    static Values floats(float[] values, long... shape) {
        return new InMemory(Type.FLOAT, shape, floatBytes(values, 0, values.length));
    }

    static Values integers(long[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return new InMemory(Type.INT64, shape, bytes);
    }

    static Values int8Zeros(int length) {
        return new InMemory(Type.INT8, new long[] {length}, ByteBuffer.allocate(length));
    }

    /** A tensor of the checkpoint as float32, under its own or another shape. */
    static Values stored(StoredTensor tensor, long... shape) {
        return new Stored(tensor.as(DType.F32), shape);
    }

    static ByteBuffer floatBytes(float[] values, int start, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values, start, length);
        return bytes;
    }

    static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Small tables. */
    @SuppressWarnings("ArrayRecordComponent") // of this package only, never compared
    record InMemory(Type type, long[] shape, ByteBuffer content) implements Values {
        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            writeFully(out, content.duplicate());
        }
    }

    /** See {@link #stored}. */
    @SuppressWarnings("ArrayRecordComponent")
    record Stored(StoredTensor tensor, long[] shape) implements Values {
        @Override
        public Type type() {
            return Type.FLOAT;
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            tensor.writeTo(out);
        }
    }
}
