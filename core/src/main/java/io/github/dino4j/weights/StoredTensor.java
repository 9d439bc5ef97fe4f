package io.github.dino4j.weights;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a tensor lies in a file, or is put together from others: dtype and shape are known, values are read when asked
 * for. Immutable and thread-safe; every read opens the file by itself.
 *
 * <p>{@link InFile} is exact enough to be mapped into memory without a copy. The other variants are what the naming
 * tables need: rows joined to a qkv matrix, a part of it, the zeros of a bias that a file leaves out.
 */
public sealed interface StoredTensor {
    DType dtype();

    /** Sizes of the axes, [] for a scalar; a copy. */
    long[] shape();

    /** Product of the shape. */
    default long elements() {
        return Shapes.elements(shape());
    }

    /** Bytes of the values in {@link #dtype()}, contiguous. */
    default long bytes() {
        return elements() * dtype().bytes();
    }

    /**
     * Writes the values row-major, little endian, in {@link #dtype()}. Holds no more than a small buffer for a
     * contiguous {@link InFile}.
     *
     * @throws IOException if {@code out} fails
     * @throws CheckpointException if the file behind the tensor has gone or become shorter
     */
    void writeTo(WritableByteChannel out) throws IOException;

    /** The values row-major, little endian, in {@link #dtype()}; at most 2 GiB. */
    default byte[] toBytes() {
        ByteSink sink = new ByteSink(arraySize(bytes(), "bytes"));
        drainTo(sink);
        return sink.array();
    }

    /**
     * The values row-major as floats: F16, BF16, BOOL and the integers up to 2^24 exactly, F64 and larger integers
     * rounded to the nearest float. At most 2^31 values.
     */
    default float[] toFloats() {
        FloatSink sink = new FloatSink(dtype(), arraySize(elements(), "values"));
        drainTo(sink);
        return sink.array();
    }

    /** The same values under another shape with as many elements. */
    default StoredTensor reshaped(long... shape) {
        return this instanceof InFile file && file.contiguous()
                ? new InFile(file.file(), file.offset(), file.dtype(), shape, Shapes.rowMajor(shape))
                : new Reshaped(this, shape);
    }

    /**
     * The same values in another floating type, rounded to the nearest, ties to even; converted piece by piece as they
     * are written. Tensors of integers stay as they are.
     *
     * @param type F32, F16 or BF16
     */
    default StoredTensor as(DType type) {
        return type == dtype() || !dtype().isFloating() ? this : new Cast(this, type);
    }

    /** Positions start to start + length of one axis. */
    default StoredTensor sliced(int axis, long start, long length) {
        Shapes.checkPart(shape(), axis, start, length);
        if (this instanceof InFile file) {
            long offset = file.offset() + start * file.strides()[axis] * dtype().bytes();
            return new InFile(
                    file.file(), offset, file.dtype(), Shapes.with(file.shape(), axis, length), file.strides());
        }
        return new Slice(this, axis, start, length);
    }

    /**
     * A tensor in a file.
     *
     * @param offset bytes from the start of the file to the first element
     * @param strides in elements, one for each axis; never negative, 0 where a view repeats values
     */
    @SuppressWarnings("ArrayRecordComponent") // copied at the door, both ways
    record InFile(Path file, long offset, DType dtype, long[] shape, long[] strides) implements StoredTensor {
        public InFile {
            shape = shape.clone();
            strides = strides.clone();
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        @Override
        public long[] strides() {
            return strides.clone();
        }

        /** Whether the values are one run of {@link #bytes()} bytes from {@link #offset()} on. */
        public boolean contiguous() {
            return Shapes.contiguous(shape, strides);
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            FileRegion.write(this, out);
        }

        @Override
        public String toString() {
            return dtype + Shapes.text(shape) + " at " + offset + " of " + file;
        }
    }

    /** A tensor in memory, row-major. */
    @SuppressWarnings("ArrayRecordComponent")
    record InMemory(DType dtype, long[] shape, byte[] littleEndian) implements StoredTensor {
        public InMemory {
            shape = shape.clone();
            if (Shapes.elements(shape) * dtype.bytes() != littleEndian.length) {
                throw new IllegalArgumentException(
                        dtype + Shapes.text(shape) + " does not take " + littleEndian.length + " bytes");
            }
        }

        /** An F32 tensor of these values. */
        public static InMemory of(long[] shape, float... values) {
            return new InMemory(DType.F32, shape, ByteSink.littleEndian(values));
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            ByteSink.writeFully(out, littleEndian);
        }

        @Override
        public String toString() {
            return dtype + Shapes.text(shape) + " in memory";
        }
    }

    /**
     * A float32 tensor of the engine, such as a weight that was trained. While a file is written no more than one such
     * tensor is copied at a time; that takes an open {@link io.github.dino4j.tensor.Scope}, on a thread that may read the
     * tensor.
     */
    record InEngine(Tensor tensor) implements StoredTensor {
        public InEngine {
            if (tensor.dtype() != DType.F32) {
                throw new IllegalArgumentException(
                        tensor.describe() + " is not written as it is; widen it with to(DType.F32)");
            }
        }

        @Override
        public DType dtype() {
            return tensor.dtype();
        }

        @Override
        public long[] shape() {
            return tensor.shape();
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            ByteSink.writeFully(out, ByteSink.littleEndian(tensor.toFloats()));
        }
    }

    /**
     * A float32 tensor that is computed at each use, so that it takes no memory in between.
     *
     * @param values row-major
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Computed(long[] shape, Supplier<float[]> values) implements StoredTensor {
        public Computed {
            shape = shape.clone();
        }

        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            ByteSink.writeFully(out, ByteSink.littleEndian(values.get()));
        }
    }

    /** Tensors of one dtype, equal in all axes but one, joined along that axis. */
    record Concat(int axis, List<StoredTensor> parts) implements StoredTensor {
        public Concat {
            parts = List.copyOf(parts);
            StoredTensor first = parts.get(0);
            for (StoredTensor part : parts) {
                if (part.dtype() != first.dtype()
                        || part.shape().length != first.shape().length
                        || !Arrays.equals(Shapes.with(part.shape(), axis, 0), Shapes.with(first.shape(), axis, 0))) {
                    throw new IllegalArgumentException("cannot join " + first.dtype() + Shapes.text(first.shape())
                            + " and " + part.dtype() + Shapes.text(part.shape()) + " along axis " + axis);
                }
            }
        }

        @Override
        public DType dtype() {
            return parts.get(0).dtype();
        }

        @Override
        public long[] shape() {
            long size = parts.stream().mapToLong(part -> part.shape()[axis]).sum();
            return Shapes.with(parts.get(0).shape(), axis, size);
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            long outer = Shapes.outer(shape(), axis);
            for (long index = 0; index < outer; index++) {
                for (StoredTensor part : parts) {
                    (outer == 1
                                    ? part
                                    : part.reshaped(outer, part.elements() / outer)
                                            .sliced(0, index, 1))
                            .writeTo(out);
                }
            }
        }
    }

    /** A tensor in another floating type. */
    record Cast(StoredTensor tensor, DType dtype) implements StoredTensor {
        public Cast {
            if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
                throw new IllegalArgumentException("weights are stored as F32, F16 or BF16, not as " + dtype);
            }
        }

        @Override
        public long[] shape() {
            return tensor.shape();
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            tensor.writeTo(new NarrowingSink(tensor.dtype(), dtype, out));
        }
    }

    /** A tensor under another shape. */
    @SuppressWarnings("ArrayRecordComponent")
    record Reshaped(StoredTensor tensor, long[] shape) implements StoredTensor {
        public Reshaped {
            shape = shape.clone();
            if (Shapes.elements(shape) != tensor.elements()) {
                throw new IllegalArgumentException(
                        "cannot reshape " + Shapes.text(tensor.shape()) + " to " + Shapes.text(shape));
            }
        }

        @Override
        public DType dtype() {
            return tensor.dtype();
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            tensor.writeTo(out);
        }
    }

    /** Part of one axis of a tensor: positions start to start + length. */
    record Slice(StoredTensor tensor, int axis, long start, long length) implements StoredTensor {
        public Slice {
            Shapes.checkPart(tensor.shape(), axis, start, length);
        }

        @Override
        public DType dtype() {
            return tensor.dtype();
        }

        @Override
        public long[] shape() {
            return Shapes.with(tensor.shape(), axis, length);
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            byte[] all = tensor.toBytes();
            long outer = Shapes.outer(tensor.shape(), axis);
            if (outer == 0 || length == 0) {
                return;
            }
            long row = all.length / outer;
            long position = row / tensor.shape()[axis];
            for (long index = 0; index < outer; index++) {
                ByteSink.writeFully(
                        out, all, (int) (index * row + start * position), Math.toIntExact(length * position));
            }
        }
    }

    /** One value everywhere. */
    @SuppressWarnings("ArrayRecordComponent")
    record Filled(DType dtype, long[] shape, float value) implements StoredTensor {
        public Filled {
            shape = shape.clone();
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            byte[] one = Widening.narrow(value, dtype);
            byte[] chunk = new byte[(int) Math.min(bytes(), 1 << 16)];
            for (int i = 0; i < chunk.length; i++) {
                chunk[i] = one[i % one.length];
            }
            for (long left = bytes(); left > 0; left -= chunk.length) {
                ByteSink.writeFully(out, chunk, 0, (int) Math.min(left, chunk.length));
            }
        }
    }

    private void drainTo(WritableByteChannel sink) {
        try {
            writeTo(sink);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the sinks of this package never fail
        }
    }

    private int arraySize(long size, String unit) {
        if (size > Integer.MAX_VALUE - 8) {
            throw new CheckpointException("tensor " + dtype() + Shapes.text(shape()) + " has " + size + " " + unit
                    + ", too many for one Java array; read it in slices");
        }
        return (int) size;
    }
}
