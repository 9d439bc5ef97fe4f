package io.github.dino4j.weights;

import io.github.dino4j.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A channel that passes elements on in another floating type. Every write must hold whole elements. */
final class NarrowingSink implements WritableByteChannel {
    private final DType from;
    private final DType to;
    private final WritableByteChannel out;

    NarrowingSink(DType from, DType to, WritableByteChannel out) {
        this.from = from;
        this.to = to;
        this.out = out;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        ByteBuffer in = source.slice().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer narrowed =
                ByteBuffer.allocate(in.limit() / from.bytes() * to.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < in.limit(); i += from.bytes()) {
            put(narrowed, Widening.read(in, i, from));
        }
        ByteSink.writeFully(out, narrowed.flip());
        source.position(source.limit());
        return in.limit();
    }

    private void put(ByteBuffer narrowed, float value) {
        switch (to) {
            case F32 -> narrowed.putFloat(value);
            case BF16 -> narrowed.putShort(bfloat16(value));
            case F16 -> narrowed.putShort(float16(value));
            default -> throw new IllegalStateException("no rounding to " + to);
        }
    }

    /** Rounds to the nearest, ties to even. */
    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? (short) (bits >>> 16 | 0x40) : (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }

    /** Rounds to the nearest, ties to even, subnormals kept; what float16 cannot hold is refused. */
    static short float16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        double magnitude = Math.abs((double) value);
        if (magnitude >= 65520 && !Float.isInfinite(value)) {
            throw new CheckpointException(
                    "the value " + value + " is beyond float16, whose greatest is 65504; take bfloat16 or float32");
        }
        if (Float.isInfinite(value)) {
            return (short) (sign | 0x7c00);
        }
        int exponent = Math.max(-14, Math.getExponent(value)); // -14: subnormals share its steps
        int steps = (int) Math.rint(Math.scalb(magnitude, 10 - exponent)); // of 2^(exponent - 10)
        int half = steps + (exponent + 14) * 1024; // a carry into the exponent comes out right by itself
        return (short) (sign | half);
    }

    @Override
    public boolean isOpen() {
        return out.isOpen();
    }

    @Override
    public void close() {}
}
