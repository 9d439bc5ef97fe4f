package io.github.dino4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The stored tensors of a case, widened to float. A plain safetensors reader for files that we trust, written apart
 * from the one of the library on purpose: a test must not judge a reader by itself.
 */
final class StoredCase {
    private StoredCase() {}

    static Map<String, FloatArray> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = Math.toIntExact(bytes.getLong());
        JsonNode header = new ObjectMapper().readTree(bytes.array(), 8, headerLength);
        int data = 8 + headerLength;
        Map<String, FloatArray> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), tensor(entry.getValue(), bytes, data));
            }
        }
        return tensors;
    }

    private static FloatArray tensor(JsonNode entry, ByteBuffer bytes, int data) {
        JsonNode sizes = entry.path("shape");
        long[] shape = new long[sizes.size()];
        Arrays.setAll(shape, i -> sizes.get(i).asLong());
        float[] values = new float[Math.toIntExact(FloatArray.elements(shape))];
        String dtype = entry.path("dtype").asText();
        int start = data + entry.path("data_offsets").get(0).asInt();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (dtype) {
                case "F64" -> (float) bytes.getDouble(start + 8 * i);
                case "F32" -> bytes.getFloat(start + 4 * i);
                case "BF16" -> Float.intBitsToFloat(bytes.getShort(start + 2 * i) << 16);
                case "F16" -> half(bytes.getShort(start + 2 * i));
                case "I64" -> bytes.getLong(start + 8 * i);
                case "I32" -> bytes.getInt(start + 4 * i);
                case "I16" -> bytes.getShort(start + 2 * i);
                case "I8" -> bytes.get(start + i);
                case "U8", "BOOL" -> bytes.get(start + i) & 0xff;
                default -> throw new IllegalArgumentException("dtype " + dtype + " is not read by the testkit");
            };
        }
        return new FloatArray(shape, values);
    }

    /** IEEE 754 binary16 to float, exact. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        float magnitude = exponent == 0
                ? mantissa * 0x1p-24f
                : exponent == 31
                        ? (mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                        : Math.scalb(1 + mantissa * 0x1p-10f, exponent - 15);
        return bits < 0 ? -magnitude : magnitude;
    }
}
