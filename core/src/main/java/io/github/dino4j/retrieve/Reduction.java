package io.github.dino4j.retrieve;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Brings vectors down to fewer values: their coordinates in the space of the strongest principal axes of a sample. The mean
 * stays in, since cosines are taken against the origin: of all linear maps onto as many values this one keeps the sample's
 * dot products best (Eckart and Young, 1936). Immutable.
 */
final class Reduction {
    private final int from;
    private final int to;
    private final float[] axes; // [to, from], orthonormal

    private Reduction(int from, int to, float[] axes) {
        this.from = from;
        this.to = to;
        this.axes = axes;
    }

    /**
     * Learns the axes.
     *
     * @param sample vectors of any length, which count alike
     * @throws IllegalArgumentException if there are fewer than axes, or a vector is not finite or 0
     */
    static Reduction fit(FeatureRows sample, int to) {
        int from = sample.dim();
        if (to > from) {
            throw new IllegalArgumentException("vectors of " + from + " values cannot be reduced to " + to);
        }
        if (sample.size() < to) {
            throw new IllegalArgumentException("reducing vectors to " + to + " values is learned from at least as many"
                    + " images, there are " + sample.size() + "; reduce further, or not at all");
        }
        try (Scope scope = Scope.inference()) {
            Tensor sum = Tensor.zeros(from, from).to(DType.F64);
            for (int first = 0; first < sample.size(); first += 1024) {
                int rows = Math.min(1024, sample.size() - first);
                float[] block = new float[rows * from];
                for (int i = 0; i < rows; i++) {
                    float[] unit = Vectors.unit(sample.row(first + i), "sample " + (first + i));
                    System.arraycopy(unit, 0, block, i * from, from);
                }
                Tensor total = sum;
                sum = Scope.tidy(() -> {
                    Tensor x = Tensor.of(block, rows, from).to(DType.F64);
                    return total.add(x.transpose(0, 1).matmul(x));
                });
            }
            Tensor vectors = sum.eigh().vectors(); // columns, ascending
            Tensor top = vectors.narrow(1, from - to, to).transpose(0, 1); // [to, from]
            Tensor turned = rotation(to).matmul(top).to(DType.F32);
            return new Reduction(from, to, turned.contiguous().toFloats());
        }
    }

    /**
     * A fixed rotation [dim, dim]. Turned by it, what the strongest axes hold is spread over all values, and cosines stay: int8
     * has one range for all values, and would cut off the strongest.
     */
    private static Tensor rotation(int dim) {
        SplittableRandom random = new SplittableRandom(dim);
        float[] symmetric = new float[dim * dim];
        for (int row = 0; row < dim; row++) {
            for (int column = 0; column <= row; column++) {
                float value = (float) random.nextDouble(-1, 1);
                symmetric[row * dim + column] = value;
                symmetric[column * dim + row] = value;
            }
        }
        return Tensor.of(symmetric, dim, dim).to(DType.F64).eigh().vectors();
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** The coordinates [to]; of any length. */
    float[] apply(float[] vector) {
        float[] reduced = new float[to];
        for (int row = 0; row < to; row++) {
            double sum = 0;
            for (int c = 0; c < from; c++) {
                sum += (double) axes[row * from + c] * vector[c];
            }
            reduced[row] = (float) sum;
        }
        return reduced;
    }

    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * axes.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(from).putInt(to).asFloatBuffer().put(axes);
        return bytes.array();
    }

    static Reduction of(byte[] stored) {
        ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        int from = bytes.getInt();
        int to = bytes.getInt();
        FloatBuffer values = bytes.asFloatBuffer();
        if (values.remaining() != from * to) {
            throw new IllegalArgumentException(
                    "axes of " + to + " x " + from + " values are " + values.remaining() + " values long");
        }
        float[] axes = new float[from * to];
        values.get(axes);
        return new Reduction(from, to, axes);
    }
}
