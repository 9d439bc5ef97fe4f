package io.github.dino4j.tensor;

import java.util.Objects;
import java.util.function.UnaryOperator;
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

    private final Precision precision;
    private final long in;
    private final long out;
    private final Tensor packed;
    private final Tensor bias;
    /** One factor an output channel; of int8 only. */
    private final @Nullable Tensor scales;

    private final memory.desc layout;

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
            memory.desc layout) {
        this.precision = precision;
        this.in = in;
        this.out = out;
        this.packed = packed;
        this.bias = bias;
        this.scales = scales;
        this.layout = layout;
    }

    /**
     * Packs a weight [out, in] of any float type and a bias [out].
     *
     * @param keep gives a tensor to the owner of the weights; the arguments are free to go
     */
    public static PackedWeight pack(
            Precision precision, Tensor weight, @Nullable Tensor bias, UnaryOperator<Tensor> keep) {
        long out = weight.size(0);
        long in = weight.size(1);
        try (Scope scope = Scope.inference()) {
            Tensor full = weight.to(DType.F32);
            Tensor scales = null;
            Tensor source;
            if (precision == Precision.INT8) {
                Tensor largest = full.abs().amax(1).clampMin(Float.MIN_NORMAL).mul(1 / 127.0); // [out]
                source = full.div(largest.unsqueeze(1)).round().to(DType.I8).contiguous();
                scales = keep.apply(largest.contiguous());
            } else {
                source = weight.to(precision.weights()).contiguous();
            }
            Onednn onednn = Onednn.ofThread();
            Shape typical = new Shape(precision, TYPICAL_ROWS, in, out, Then.NOTHING, false, DType.F32);
            memory.desc layout = Onednn.held(typical.description(onednn, null).weights_desc());
            memory.desc plain = Onednn.strided(precision.weights(), in, out, 1, in);
            Tensor packed = keep.apply(Tensor.empty(DType.U8, Device.CPU, layout.get_size()));
            new Kernel(onednn, new reorder(new reorder.primitive_desc(onednn.cpu, plain, onednn.cpu, layout)))
                    .with(dnnl.DNNL_ARG_SRC, plain)
                    .with(dnnl.DNNL_ARG_DST, layout)
                    .at(dnnl.DNNL_ARG_SRC, source.address())
                    .at(dnnl.DNNL_ARG_DST, packed.address())
                    .run();
            Tensor shift = bias == null ? Tensor.zeros(out) : bias.to(DType.F32).copy();
            return new PackedWeight(precision, in, out, packed, keep.apply(shift), scales, layout);
        }
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
     * Maps x [rows, in], contiguous, float32 or the type of the weights, to [rows, out].
     *
     * @param residual [rows, out] float32, added to the result
     * @param result F32 or BF16
     */
    public Tensor forward(Tensor x, Then then, @Nullable Tensor residual, DType result) {
        if (residual != null && then != Then.NOTHING) {
            throw new IllegalArgumentException("a residual is added to a product, not to an activation");
        }
        long rows = x.size(0);
        Trace.macs(rows * in * out);
        Tensor y = Tensor.empty(result, Device.CPU, rows, out);
        Shape shape = new Shape(precision, rows, in, out, then, residual != null, result);
        Onednn onednn = Onednn.ofThread();
        Kernel kernel = onednn.kernel(shape, () -> shape.kernel(onednn, layout));
        kernel.at(dnnl.DNNL_ARG_WEIGHTS, packed.address())
                .at(dnnl.DNNL_ARG_BIAS, bias.address())
                .at(dnnl.DNNL_ARG_DST, y.address());
        if (residual != null) {
            kernel.at(Shape.RESIDUAL, residual.contiguous().address());
        }
        if (precision == Precision.INT8) {
            Quantizer quantizer = onednn.quantizer();
            kernel.at(dnnl.DNNL_ARG_SRC, quantizer.quantize(x).address())
                    .at(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC, quantizer.scale())
                    .at(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_SRC, quantizer.zeroPoint())
                    .at(
                            dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS,
                            Objects.requireNonNull(scales).address())
                    .run();
        } else {
            kernel.at(dnnl.DNNL_ARG_SRC, x.to(precision.weights()).address()).run();
        }
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
