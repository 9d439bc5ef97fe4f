package io.github.dino4j.weights;

import io.github.dino4j.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Element types to float and back. */
final class Widening {
    private Widening() {}

    /** Reads the element at {@code index} (bytes) of a little-endian buffer. */
    static float read(ByteBuffer bytes, int index, DType dtype) {
        return switch (dtype) {
            case F64 -> (float) bytes.getDouble(index);
            case F32 -> bytes.getFloat(index);
            case F16 -> half(bytes.getShort(index));
            case BF16 -> Float.intBitsToFloat(bytes.getShort(index) << 16);
            case I64 -> bytes.getLong(index);
            case I32 -> bytes.getInt(index);
            case I16 -> bytes.getShort(index);
            case I8 -> bytes.get(index);
            case U8 -> bytes.get(index) & 0xff;
            case BOOL -> bytes.get(index) == 0 ? 0 : 1;
        };
    }

    /** One element of {@code value}, little endian. For values that every dtype holds: 0 and 1. */
    static byte[] narrow(float value, DType dtype) {
        ByteBuffer one = ByteBuffer.allocate(dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (dtype) {
            case F64 -> one.putDouble(value);
            case F32 -> one.putFloat(value);
            case F16 -> one.putShort(toHalf(value));
            case BF16 -> one.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
            case I64 -> one.putLong((long) value);
            case I32 -> one.putInt((int) value);
            case I16 -> one.putShort((short) value);
            case I8, U8, BOOL -> one.put((byte) value);
        }
        return one.array();
    }

    /** IEEE 754 binary16 to float, exact; NaN payloads keep their upper bits. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) { // zero and subnormals
            float magnitude = mantissa * 0x1p-24f;
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 127 - 15;
        return Float.intBitsToFloat(sign | wide << 23 | mantissa << 13);
    }

    /** Normal numbers that binary16 holds, and 0. */
    private static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        return (short) (magnitude == 0 ? sign : sign | ((magnitude >> 13) - ((127 - 15) << 10)));
    }
}
