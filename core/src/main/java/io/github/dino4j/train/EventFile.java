package io.github.dino4j.train;

import io.github.dino4j.export.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * An event file, as TensorBoard reads it: records of TensorFlow's TFRecord format (length, CRC, data, CRC, little endian; the
 * CRCs are CRC-32C, masked), each an {@code Event} of {@code tensorflow/core/util/event.proto} in protobuf's encoding. Of its
 * fields: {@code wall_time} 1, {@code step} 2, {@code file_version} 3, {@code summary} 5, {@code session_log} 7. A {@code
 * Summary} ({@code summary.proto}) holds values in field 1 with {@code tag} 1, {@code simple_value} 2, {@code image} 4; an
 * image has {@code height} 1, {@code width} 2, {@code colorspace} 3, {@code encoded_image_string} 4.
 *
 * <p>Each session of a run writes a file of its own; its first event ({@code SessionLog.START}) tells TensorBoard to forget
 * what earlier files say from that step on. For the trainer's thread.
 */
final class EventFile implements AutoCloseable {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final Path file;
    private final OutputStream out;

    /**
     * Begins a file.
     *
     * @param start updates that were done before this session
     * @throws TrainingException if it cannot be written
     */
    EventFile(Path folder, long start) {
        long millis = System.currentTimeMillis();
        file = folder.resolve("events.out.tfevents.%010d.dino4j.%03d".formatted(millis / 1000, millis % 1000));
        try {
            Files.createDirectories(folder);
            out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw failed(e);
        }
        write(new Message().bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8)), 0);
        if (start > 0) {
            write(new Message().bytes(7, new Message().varint(1, 1)), start + 1);
        }
    }

    Path file() {
        return file;
    }

    /** A number under a name such as {@code train/loss}; float32 in this format. */
    void scalar(String tag, double value, long step) {
        summary(text(tag).fixed32(2, Float.floatToRawIntBits((float) value)), step);
    }

    /** A picture as the bytes of a PNG. */
    void image(String tag, byte[] png, int width, int height, long step) {
        Message image =
                new Message().varint(1, height).varint(2, width).varint(3, 3).bytes(4, png); // 3: RGB
        summary(text(tag).bytes(4, image), step);
    }

    private static Message text(String tag) {
        return new Message().bytes(1, tag.getBytes(StandardCharsets.UTF_8));
    }

    private void summary(Message value, long step) {
        write(new Message().bytes(5, new Message().bytes(1, value)), step);
    }

    private void write(Message content, long step) {
        Message event = new Message()
                .fixed64(1, Double.doubleToRawLongBits(System.currentTimeMillis() / 1000.0))
                .varint(2, step)
                .append(content);
        byte[] data = event.toByteArray();
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(data.length)
                .array();
        try {
            out.write(ByteBuffer.allocate(data.length + 16)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(length)
                    .putInt(maskedCrc(length))
                    .put(data)
                    .putInt(maskedCrc(data))
                    .array());
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Turned right by 15 bits and shifted by a constant, as the format asks, since data may hold CRCs itself. */
    private static int maskedCrc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    private TrainingException failed(IOException e) {
        return new TrainingException(
                file + ": cannot be written: " + Reason.of(e)
                        + ". The last checkpoint is unchanged; make room or give permission, then resume.",
                e);
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** A message of protocol buffers under construction. */
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            key(field, VARINT);
            number(value);
            return this;
        }

        Message fixed64(int field, long bits) {
            key(field, FIXED64);
            bytes.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(bits)
                    .array());
            return this;
        }

        Message fixed32(int field, int bits) {
            key(field, FIXED32);
            bytes.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(bits)
                    .array());
            return this;
        }

        Message bytes(int field, byte[] value) {
            key(field, BYTES);
            number(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message bytes(int field, Message value) {
            return bytes(field, value.toByteArray());
        }

        /** Adds the fields of another message to this one. */
        Message append(Message fields) {
            bytes.writeBytes(fields.toByteArray());
            return this;
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }

        private void key(int field, int wire) {
            number((long) field << 3 | wire);
        }

        /** Seven bits a byte, the lowest first. */
        private void number(long value) {
            long left = value;
            while ((left & ~0x7fL) != 0) {
                bytes.write((int) ((left & 0x7f) | 0x80));
                left >>>= 7;
            }
            bytes.write((int) left);
        }
    }
}
