package io.github.dino4j.tensor;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.jspecify.annotations.Nullable;

/**
 * The weights of x W^T + b in the layout and type that oneDNN's kernels read, with what follows the product (an
 * activation, a residual) done while the result is still in registers.
 *
 * <p>Immutable; any thread may call {@link #forward} while the arena is open. A call runs on one thread; cut the rows
 * into tiles to use more.
 */
public final class PackedWeight {
    /** Rows of the primitive that chooses the layout; kernels for other heights read the same one. */
    private static final int TYPICAL_ROWS = 128;
    /** Rows of a weight that a thread converts at a time. */
    private static final int STAGED_ROWS = 128;

    private final Precision precision;
    private final long in;
    private final long out;
    private final Tensor packed;
    private final Tensor bias;
    /** One factor an output channel; of int8 only. */
    private final @Nullable Tensor scales;

    private final memory.desc layout;
    private final String name;
    private final boolean finite;
    /** What inputs are multiplied by before they are rounded; of int8 with outlier channels only. */
    private final @Nullable Tensor balance;

    /** What is done to the product. */
    public enum Then {
        NOTHING,
        GELU,
        SILU,
        RELU
    }

    private PackedWeight(
            Precision precision,
            long in,
            long out,
            Tensor packed,
            Tensor bias,
            @Nullable Tensor scales,
            memory.desc layout,
            boolean finite,
            @Nullable Tensor balance) {
        this.finite = finite;
        this.balance = balance;
        this.precision = precision;
        this.in = in;
        this.out = out;
        this.packed = packed;
        this.bias = bias;
        this.scales = scales;
        this.layout = layout;
        name = "linear " + precision + " " + in + " to " + out;
    }

    /**
     * What is packed: rows of a weight in an order of their own, each with a factor.
     *
     * @param weight [out, in], of any float type
     * @param bias [out], in the order and with the factors of the result
     * @param order row of the weight for each output, where it is another one
     * @param factors [out], such as those of LayerScale
     * @param inputs see {@link #balanced}
     */
    @SuppressWarnings("ArrayRecordComponent") // read, never compared
    public record Source(
            Tensor weight,
            @Nullable Tensor bias,
            long @Nullable [] order,
            @Nullable Tensor factors,
            @Nullable Tensor inputs) {
        public Source(Tensor weight, @Nullable Tensor bias) {
            this(weight, bias, null, null);
        }

        public Source(Tensor weight, @Nullable Tensor bias, long @Nullable [] order, @Nullable Tensor factors) {
            this(weight, bias, order, factors, null);
        }

        /** The same for int8 with inputs [in] that are divided by these factors, and columns that take them over. */
        public Source balanced(Tensor inputs) {
            return new Source(weight, bias, order, factors, inputs);
        }

        /** Rows first to first + count, float32 unless the weight has another type. */
        private Tensor rows(long first, long count) {
            Tensor rows = order == null
                    ? weight.narrow(0, first, count)
                    : weight.rows(Arrays.copyOfRange(order, (int) first, (int) (first + count)));
            Tensor columns = inputs == null ? rows : rows.mul(inputs);
            return factors == null
                    ? columns
                    : columns.mul(factors.narrow(0, first, count).unsqueeze(1));
        }
    }

    /**
     * Packs a weight for the kernels, on all threads, with no more memory beside the result than the matrix takes.
     *
     * @param slab where the result lies; the source is free to go
     */
    public static PackedWeight pack(Precision precision, Source source, Slab slab) {
        long out = source.weight.size(0);
        long in = source.weight.size(1);
        try (Scope scope = Scope.inference()) {
            boolean int8 = precision == Precision.INT8;
            // Rows that are a power of two apart fall into the same few cache sets: thrice as slow to transpose. (The
            // int8 kernel, which also adds up columns, takes dense rows only.)
            long stride = int8 ? in : in + 64 / precision.weights().bytes();
            Tensor staged = Tensor.empty(precision.weights(), Device.CPU, out, stride);
            Tensor scales = int8 ? slab.keep(Tensor.empty(DType.F32, Device.CPU, out)) : null;
            AtomicBoolean finite = new AtomicBoolean(true);
            int tiles = (int) Math.max(1, out / STAGED_ROWS);
            Team.run(
                    tiles,
                    i -> { // rows on one thread each; the reordering below takes all
                        long first = i * out / tiles;
                        long count = (i + 1) * out / tiles - first;
                        Tensor rows = source.rows(first, count);
                        if (!rows.isFinite()) {
                            finite.set(false);
                        }
                        if (scales != null) {
                            Tensor wide = rows.to(DType.F32);
                            Tensor step = Tensor.max(wide.amax(1), wide.neg().amax(1))
                                    .clampMin(Float.MIN_NORMAL)
                                    .mul(1 / 127.0);
                            scales.narrow(0, first, count).write(step);
                            rows = wide.div(step.unsqueeze(1)).round();
                        }
                        staged.narrow(0, first, count).narrow(1, 0, in).write(rows);
                    });

            Onednn onednn = Onednn.ofThread();
            Shape typical = new Shape(precision, TYPICAL_ROWS, in, out, Then.NOTHING, false, DType.F32);
            memory.desc layout = Native.call(
                    "choosing the layout",
                    () -> Onednn.held(typical.description(onednn, null).weights_desc()),
                    source.weight);
            memory.desc plain = Onednn.strided(precision.weights(), in, out, 1, stride);
            Tensor packed = slab.take(layout.get_size());
            reorder.primitive_desc description = new reorder.primitive_desc(onednn.cpu, plain, onednn.cpu, layout);
            try (Kernel kernel = new Kernel(onednn, new reorder(description))) {
                kernel.with(dnnl.DNNL_ARG_SRC, plain)
                        .with(dnnl.DNNL_ARG_DST, layout)
                        .at(dnnl.DNNL_ARG_SRC, staged.address())
                        .at(dnnl.DNNL_ARG_DST, packed.address())
                        .run("pack", 0);
            }
            Tensor inputs = source.inputs;
            Tensor balance = inputs == null
                    ? null
                    : slab.keep(Tensor.full(1, DType.F32, Device.CPU, in).div(inputs));
            Tensor bias = source.bias;
            Tensor shift = bias == null ? Tensor.zeros(out) : bias.to(DType.F32).copy();
            return new PackedWeight(
                    precision, in, out, packed, slab.keep(shift), scales, layout, finite.get(), balance);
        }
    }

    /** Whether every value of the weight is a finite number. */
    public boolean isFinite() {
        return finite;
    }

    /** x [rows, in] after rounding to the eight bits that an {@link Precision#INT8} product reads. */
    public static Tensor rounded(Tensor x) {
        Quantizer quantizer = Onednn.ofThread().quantizer();
        Tensor q = quantizer.quantize(x).to(DType.F32);
        return q.add(-quantizer.zero()).mul(quantizer.step());
    }

    static boolean supported(Precision precision) {
        try (Scope scope = Scope.inference()) {
            Shape probe = new Shape(precision, TYPICAL_ROWS, 64, 64, Then.NOTHING, false, DType.F32);
            return probe.description(Onednn.ofThread(), null)
                    .impl_info_str()
                    .getString()
                    .contains("brg");
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }

    public Precision precision() {
        return precision;
    }

    public long in() {
        return in;
    }

    public long out() {
        return out;
    }

    /**
     * Maps x [rows, in], float32 or (but for int8) the type of the weights, to [rows, out].
     *
     * @param residual [rows, out] float32, added to the result
     * @param result F32 or BF16
     */
    public Tensor forward(Tensor x, Then then, @Nullable Tensor residual, DType result) {
        if (residual != null && then != Then.NOTHING) {
            throw new IllegalArgumentException("a residual is added to a product, not to an activation");
        }
        long rows = x.size(0);
        if (x.dim() != 2 || x.size(1) != in || (residual != null && residual.elements() != rows * out)) {
            throw new IllegalArgumentException("a weight [" + out + ", " + in + "] takes rows of " + in + ", not "
                    + x.describe()
                    + (residual == null ? "" : ", and a residual as large as the result, not " + residual.describe()));
        }
        if (precision == Precision.INT8) {
            Tensor even = balance == null ? x.contiguous() : x.mul(balance);
            return product(Onednn.ofThread().quantizer().quantize(even), then, residual, result);
        }
        return product(x.to(precision.weights()).contiguous(), then, residual, result);
    }

    /** The same for x in the type that the kernel reads; in int8 with the scale of the thread's quantizer. */
    Tensor product(Tensor x, Then then, @Nullable Tensor residual, DType result) {
        long rows = x.size(0);
        Tensor y = Tensor.empty(result, Device.CPU, rows, out);
        Shape shape = new Shape(precision, rows, in, out, then, residual != null, result);
        Onednn onednn = Onednn.ofThread();
        Kernel kernel = onednn.kernel(shape, () -> shape.kernel(onednn, layout));
        kernel.at(dnnl.DNNL_ARG_SRC, x.address())
                .at(dnnl.DNNL_ARG_WEIGHTS, packed.address())
                .at(dnnl.DNNL_ARG_BIAS, bias.address())
                .at(dnnl.DNNL_ARG_DST, y.address());
        if (residual != null) {
            kernel.at(Shape.RESIDUAL, residual.contiguous().address());
        }
        if (scales != null) {
            Quantizer quantizer = onednn.quantizer();
            kernel.at(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC, quantizer.scale())
                    .at(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_SRC, quantizer.zeroPoint())
                    .at(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS, scales.address());
        }
        kernel.run(name, rows * in * out);
        return y;
    }

    /** What decides a kernel. */
    private record Shape(Precision precision, long rows, long in, long out, Then then, boolean residual, DType result) {
        /** Argument of the first operation after the product. */
        static final int RESIDUAL = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | dnnl.DNNL_ARG_SRC_1;

        DType input() {
            return precision == Precision.INT8 ? DType.U8 : precision.weights();
        }

        matmul.primitive_desc description(Onednn onednn, memory.@Nullable desc layout) {
            post_ops after = new post_ops();
            switch (then) {
                case GELU -> after.append_eltwise(algorithm.eltwise_gelu_erf, 0, 0);
                case SILU -> after.append_eltwise(algorithm.eltwise_swish, 1, 0);
                case RELU -> after.append_eltwise(algorithm.eltwise_relu, 0, 0);
                case NOTHING -> {}
            }
            if (residual) {
                after.append_binary(algorithm.binary_add, Onednn.matrix(DType.F32, rows, out));
            }
            primitive_attr attributes = new primitive_attr();
            attributes.set_post_ops(after);
            if (precision == Precision.INT8) {
                attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, 2);
                attributes.set_scales_mask(dnnl.DNNL_ARG_SRC, 0);
                attributes.set_zero_points_mask(dnnl.DNNL_ARG_SRC, 0);
            }
            return new matmul.primitive_desc(
                    onednn.cpu,
                    Onednn.matrix(input(), rows, in),
                    layout == null ? Onednn.free(precision.weights(), in, out) : layout,
                    Onednn.matrix(DType.F32, 1, out),
                    Onednn.matrix(result, rows, out),
                    attributes,
                    false);
        }

        Kernel kernel(Onednn onednn, memory.desc layout) {
            Kernel kernel = new Kernel(onednn, new matmul(description(onednn, layout)))
                    .with(dnnl.DNNL_ARG_SRC, Onednn.matrix(input(), rows, in))
                    .with(dnnl.DNNL_ARG_WEIGHTS, layout)
                    .with(dnnl.DNNL_ARG_BIAS, Onednn.matrix(DType.F32, 1, out))
                    .with(dnnl.DNNL_ARG_DST, Onednn.matrix(result, rows, out));
            if (residual) {
                kernel.with(RESIDUAL, Onednn.matrix(DType.F32, rows, out));
            }
            if (precision == Precision.INT8) {
                kernel.with(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC, Onednn.vector(DType.F32, 1))
                        .with(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_SRC, Onednn.vector(DType.I32, 1))
                        .with(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS, Onednn.vector(DType.F32, out));
            }
            return kernel;
        }
    }
}
