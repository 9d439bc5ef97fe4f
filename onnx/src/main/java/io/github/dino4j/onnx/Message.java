package io.github.dino4j.onnx;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** A protobuf message by field numbers. Knows its size before it is written, so that nothing need be held in memory. */
final class Message {
    private final List<Field> fields = new ArrayList<>();
    private long size;

    /** One field, its tag included. */
    private interface Field {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    Message integer(int number, long value) {
        return add(CodedOutputStream.computeInt64Size(number, value), out -> out.writeInt64(number, value));
    }

    Message real(int number, float value) {
        return add(CodedOutputStream.computeFloatSize(number, value), out -> out.writeFloat(number, value));
    }

    Message text(int number, String value) {
        return add(CodedOutputStream.computeStringSize(number, value), out -> out.writeString(number, value));
    }

    Message message(int number, Message value) {
        return add(withTag(number, value.size), out -> {
            tag(out, number, value.size);
            value.writeTo(out);
        });
    }

    /** Raw bytes, made while they are written. */
    Message values(int number, Values values) {
        return add(withTag(number, values.bytes()), out -> {
            tag(out, number, values.bytes());
            values.writeTo(new Channel(out));
        });
    }

    long size() {
        return size;
    }

    void writeTo(CodedOutputStream out) throws IOException {
        for (Field field : fields) {
            field.writeTo(out);
        }
    }

    private Message add(long bytes, Field field) {
        size += bytes;
        fields.add(field);
        return this;
    }

    private static long withTag(int number, long bytes) {
        return CodedOutputStream.computeTagSize(number) + CodedOutputStream.computeUInt64SizeNoTag(bytes) + bytes;
    }

    private static void tag(CodedOutputStream out, int number, long bytes) throws IOException {
        out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt64NoTag(bytes);
    }

    /** What is written to it becomes part of the message. */
    private record Channel(CodedOutputStream out) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            int length = source.remaining();
            out.write(source);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
