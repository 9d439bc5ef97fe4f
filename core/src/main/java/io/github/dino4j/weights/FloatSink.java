package io.github.dino4j.weights;

import io.github.dino4j.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A channel that widens what is written to floats. Every write must hold whole elements. */
final class FloatSink implements WritableByteChannel {
    private final DType dtype;
    private final float[] values;
    private int count;

    FloatSink(DType dtype, int size) {
        this.dtype = dtype;
        values = new float[size];
    }

    float[] array() {
        return values;
    }

    @Override
    public int write(ByteBuffer source) {
        ByteBuffer bytes = source.slice().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bytes.limit(); i += dtype.bytes()) {
            values[count++] = Widening.read(bytes, i, dtype);
        }
        source.position(source.limit());
        return bytes.limit();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
