package io.github.dino4j.onnx;

import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * The matrix of a linear layer. Checkpoints hold it as [out, in], ONNX's MatMul wants [in, out].
 *
 * @param weight [out, in]
 * @param factors one for each output, multiplied in: LayerScale, the attention's 1 / sqrt(d)
 */
@SuppressWarnings("ArrayRecordComponent") // of this package only, never compared
record Matrix(StoredTensor weight, float[] factors) {
    /** Rows of the transposed matrix that are written at once; 16 floats are a cache line of the source. */
    private static final int CHUNK = 16;

    int out() {
        return (int) weight.shape()[0];
    }

    int in() {
        return (int) weight.shape()[1];
    }

    /** [in, out] as float32. */
    Values transposed() {
        return new Transposed(this, Values.Type.FLOAT);
    }

    /** [in, out] rounded to -127..127 by the {@link #scales} of the columns. */
    Values quantised() {
        return new Transposed(this, Values.Type.INT8);
    }

    /** [out]: largest magnitude of each column of the transposed matrix, over 127. */
    float[] scales() {
        return scales(rows());
    }

    private float[] scales(float[] rows) {
        float[] scales = new float[out()];
        for (int o = 0; o < scales.length; o++) {
            float largest = 0;
            for (int i = 0; i < in(); i++) {
                largest = Math.max(largest, Math.abs(rows[o * in() + i]));
            }
            scales[o] = largest == 0 ? 1 : largest / 127; // a column of zeros stays one
        }
        return scales;
    }

    /** The values with the factors multiplied in, [out, in]. */
    private float[] rows() {
        float[] rows = weight.toFloats();
        for (int o = 0; o < out(); o++) {
            if (factors[o] != 1) {
                for (int i = 0; i < in(); i++) {
                    rows[o * in() + i] *= factors[o];
                }
            }
        }
        return rows;
    }

    private record Transposed(Matrix matrix, Type type) implements Values {
        @Override
        public long[] shape() {
            return new long[] {matrix.in(), matrix.out()};
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            float[] rows = matrix.rows();
            float[] scales = type == Type.INT8 ? matrix.scales(rows) : new float[0];
            int width = matrix.out();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK * width * type.bytes).order(ByteOrder.LITTLE_ENDIAN);
            FloatBuffer floats = chunk.asFloatBuffer();
            for (int first = 0; first < matrix.in(); first += CHUNK) {
                int count = Math.min(CHUNK, matrix.in() - first);
                for (int o = 0; o < width; o++) {
                    for (int i = 0; i < count; i++) {
                        float value = rows[o * matrix.in() + first + i];
                        if (type == Type.INT8) {
                            chunk.put(i * width + o, (byte) Math.rint(value / scales[o]));
                        } else {
                            floats.put(i * width + o, value);
                        }
                    }
                }
                Values.writeFully(out, chunk.clear().limit(count * width * type.bytes));
            }
        }
    }
}
