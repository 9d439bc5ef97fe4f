package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads event files by a parser of its own, CRC-32C bit by bit, protocol buffers by the public field numbers. */
class EventFileTest {
    @TempDir
    Path folder;

    private List<Map<Integer, Object>> events(EventFile file) throws Exception {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file.file())).order(ByteOrder.LITTLE_ENDIAN);
        List<Map<Integer, Object>> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertThat(in.getInt()).isEqualTo(masked(length));
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            in.get(data);
            assertThat(in.getInt()).isEqualTo(masked(data));
            events.add(fields(data));
        }
        return events;
    }

    private static int masked(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78; // Castagnoli, reversed
            }
        }
        int value = ~crc;
        return ((value >>> 15) | (value << 17)) + 0xa282ead8;
    }

    private static Map<Integer, Object> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, Object> fields = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            Object value = switch ((int) (key & 7)) {
                case 0 -> varint(in);
                case 1 -> in.getDouble();
                case 5 -> in.getFloat();
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    yield bytes;
                }
                default -> throw new AssertionError("wire type of key " + key);
            };
            fields.put((int) (key >>> 3), value);
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private static Map<Integer, Object> message(Map<Integer, Object> fields, int number) {
        return fields(bytes(fields, number));
    }

    private static byte[] bytes(Map<Integer, Object> fields, int number) {
        return (byte[]) Objects.requireNonNull(fields.get(number));
    }

    private static String text(Map<Integer, Object> fields, int number) {
        return new String(bytes(fields, number), StandardCharsets.UTF_8);
    }

    @Test
    void beginsWithItsVersion() throws Exception {
        try (EventFile file = new EventFile(folder, 0)) {
            assertThat(file.file().getFileName().toString()).startsWith("events.out.tfevents.");
            assertThat(text(events(file).get(0), 3)).isEqualTo("brain.Event:2");
            assertThat((Double) events(file).get(0).get(1)).isGreaterThan(1.7e9); // seconds since 1970
        }
    }

    @Test
    void holdsNumbersWithTheirStep() throws Exception {
        try (EventFile file = new EventFile(folder, 0)) {
            file.scalar("train/loss", 0.125, 300);

            Map<Integer, Object> event = events(file).get(1);
            Map<Integer, Object> value = message(message(event, 5), 1);
            assertThat(event).containsEntry(2, 300L);
            assertThat(text(value, 1)).isEqualTo("train/loss");
            assertThat(value).containsEntry(2, 0.125f);
        }
    }

    @Test
    void holdsPictures() throws Exception {
        byte[] png = {1, 2, 3};
        try (EventFile file = new EventFile(folder, 0)) {
            file.image("sheet", png, 640, 480, 7);

            Map<Integer, Object> image = message(message(message(events(file).get(1), 5), 1), 4);
            assertThat(image).containsEntry(1, 480L).containsEntry(2, 640L).containsEntry(3, 3L);
            assertThat(bytes(image, 4)).containsExactly(png);
        }
    }

    @Test
    void tellsTheReaderToForgetWhatAResumedRunDoesAgain() throws Exception {
        try (EventFile file = new EventFile(folder, 40)) {
            Map<Integer, Object> start = events(file).get(1);

            assertThat(start).containsEntry(2, 41L);
            assertThat(message(start, 7)).containsEntry(1, 1L); // SessionLog.status = START
        }
    }
}
