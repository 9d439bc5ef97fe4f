package io.github.dino4j.tensor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.DoubleVector;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.kBicubic;
import org.bytedeco.pytorch.kBilinear;
import org.bytedeco.pytorch.kNearest;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of the engine, under ATen's names in camelCase. Methods return new tensors and leave this one as it is.
 *
 * <p>A tensor belongs to the {@link Scope} in which it was made, or to an {@link Arena}; its methods may be called by
 * any thread that may see it, since none of them changes it, but for those of learning. Use after the owner has closed is an
 * {@link IllegalStateException}; an operation that the engine refuses is a {@link TensorException} with the shapes.
 */
public final class Tensor {
    private static final Map<DType, ScalarType> SCALAR_TYPES = scalarTypes();

    /** Rows from which a linear map is worth the detour by oneDNN. */
    private static final int CONVOLUTION_ROWS = 16;

    /** Whether linear maps go to libtorch's own operator all the same: the peer of our benchmarks. */
    static volatile boolean plainLinear;

    private static final long[] ONE = {1, 1};
    private static final long[] ZERO = {0, 0};

    private final org.bytedeco.pytorch.Tensor handle;
    private Object owner;

    private Tensor(org.bytedeco.pytorch.Tensor handle) {
        this.handle = handle;
        this.owner = Scope.current();
    }

    // ------------------------------------------------------------------------------------------------ making

    /** A float32 tensor with these values, row by row. */
    public static Tensor of(float[] values, long... shape) {
        Tensor result = empty(DType.F32, Device.CPU, shape);
        requireElements(values.length, shape);
        if (values.length > 0) {
            FloatPointer pointer = result.handle().data_ptr_float();
            pointer.put(values);
        }
        return result;
    }

    /** An I64 tensor with these values, row by row: class numbers, indices. */
    public static Tensor of(long[] values, long... shape) {
        Tensor result = empty(DType.I64, Device.CPU, shape);
        requireElements(values.length, shape);
        if (values.length > 0) {
            result.handle().data_ptr_long().put(values);
        }
        return result;
    }

    /** A tensor of any type from its little-endian bytes, row by row. */
    public static Tensor of(byte[] littleEndian, DType dtype, long... shape) {
        Tensor result = empty(dtype, Device.CPU, shape);
        requireElements(littleEndian.length / dtype.bytes(), shape);
        if (littleEndian.length > 0) {
            new BytePointer(result.handle().data_ptr())
                    .capacity(littleEndian.length)
                    .put(littleEndian);
        }
        return result;
    }

    /** A tensor whose values are whatever the memory holds. */
    public static Tensor empty(DType dtype, Device device, long... shape) {
        Scope.current();
        return Native.call(
                "empty" + Arrays.toString(shape),
                () -> new Tensor(torch.empty(shape, options(dtype, device), memoryFormatUnset())));
    }

    public static Tensor full(double value, DType dtype, Device device, long... shape) {
        Scope.current();
        return Native.call(
                "full" + Arrays.toString(shape),
                () -> new Tensor(torch.full(shape, new Scalar(value), options(dtype, device))));
    }

    public static Tensor zeros(long... shape) {
        return full(0, DType.F32, Device.CPU, shape);
    }

    /**
     * The bytes of a file as a [bytes] tensor of {@link DType#U8}, mapped: nothing is read until touched, and parts cut
     * out by {@link #reinterpret} share the mapping and keep it alive.
     */
    public static Tensor map(Path file) {
        Scope.current();
        try {
            long bytes = Files.size(file);
            return new Tensor(torch.from_file(
                    file.toString(), new BoolOptional(false), new LongOptional(bytes), options(DType.U8, Device.CPU)));
        } catch (java.io.IOException | RuntimeException e) {
            throw new TensorException(file + " cannot be mapped: " + e.getMessage(), e);
        }
    }

    /**
     * A part of this byte tensor seen as elements of another type, without a copy.
     *
     * @param byteOffset where the part begins; a multiple of the element size
     * @param strides in elements
     */
    public Tensor reinterpret(long byteOffset, DType dtype, long[] shape, long[] strides) {
        return op("reinterpret", () -> {
            long available = (handle.numel() - byteOffset) / dtype.bytes();
            return handle.narrow(0, byteOffset, available * dtype.bytes())
                    .view(scalarType(dtype))
                    .as_strided(shape, strides);
        });
    }

    // ------------------------------------------------------------------------------------------------ reading

    public long[] shape() {
        LongArrayRef sizes = handle().sizes();
        long[] shape = new long[(int) sizes.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = sizes.get(i);
        }
        return shape;
    }

    /** Size along an axis; negative axes count from the end. */
    public long size(int axis) {
        return handle().size(axis);
    }

    public int dim() {
        return (int) handle().dim();
    }

    public long elements() {
        return handle().numel();
    }

    public DType dtype() {
        ScalarType type = handle().scalar_type().intern();
        for (DType dtype : DType.values()) {
            if (scalarType(dtype) == type) {
                return dtype;
            }
        }
        throw new TensorException("no name for the engine's element type " + type);
    }

    public Device device() {
        return handle().is_meta() ? Device.META : Device.CPU;
    }

    /** The values as float32, row by row; at most 2^31 - 1 of them. */
    public float[] toFloats() {
        if (device() == Device.META) {
            throw new IllegalStateException("a tensor on META has a shape, but no values");
        }
        long elements = elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException(describe() + " has more values than a Java array can hold");
        }
        float[] values = new float[(int) elements];
        if (elements > 0) {
            try (Scope scope = Scope.open()) {
                Tensor dense = to(DType.F32).contiguous();
                dense.handle().data_ptr_float().get(values);
            }
        }
        return values;
    }

    /** The bytes of a {@link DType#U8} tensor, row by row; at most 2^31 - 1 of them. */
    public byte[] toBytes() {
        if (dtype() != DType.U8 || device() == Device.META || elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException(describe() + " on " + device() + " does not become a Java array of bytes");
        }
        byte[] values = new byte[(int) elements()];
        if (values.length > 0) {
            try (Scope scope = Scope.open()) {
                new BytePointer(contiguous().handle().data_ptr())
                        .capacity(values.length)
                        .get(values);
            }
        }
        return values;
    }

    /** The only value of a one-element tensor. */
    public double item() {
        return handle().item_double();
    }

    // ------------------------------------------------------------------------------------------------ type, place

    public Tensor to(DType dtype) {
        ScalarType type = scalarType(dtype);
        if (handle().scalar_type().intern() == type) {
            return this;
        }
        return op("to " + dtype, () -> handle.to(type));
    }

    /** This tensor on another device; itself if it is there. Values going to {@link Device#META} are left behind. */
    public Tensor to(Device device) {
        return device() == device ? this : empty(dtype(), device, shape());
    }

    public Tensor contiguous() {
        return op("contiguous", () -> handle.contiguous());
    }

    /**
     * These images [B, C, H, W] with the values of a pixel side by side in memory. Convolutions read and write that order
     * without reordering, and what follows keeps it.
     */
    public Tensor channelsLast() {
        return permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    /** The rows (slices along the first axis) at these indices. */
    public Tensor rows(long... indices) {
        return op("index_select", () -> handle.index_select(0, index(indices)));
    }

    /** Indices in memory of the engine's own, which a gradient needs for longer than any scope. */
    private static org.bytedeco.pytorch.Tensor index(long... indices) {
        return torch.from_blob(
                        new org.bytedeco.javacpp.LongPointer(indices),
                        new long[] {indices.length},
                        options(DType.I64, Device.CPU))
                .clone();
    }

    /** This [N, ...] with rows [M, ...] added at these indices, all different. */
    public Tensor addRows(Tensor rows, long... indices) {
        return op("index_add", () -> handle.index_add(0, index(indices), rows.handle()), rows);
    }

    /** Values drawn evenly from [0, 1) by the engine's generator, float32. */
    public static Tensor uniform(long count) {
        Scope.current();
        return Native.call("rand", () -> new Tensor(torch.rand(new long[] {count}, options(DType.F32, Device.CPU))));
    }

    /** The numbers 0 to count - 1 in an order drawn by the engine's generator. */
    public static long[] permutation(long count) {
        try (Scope scope = Scope.inference()) {
            float[] keys = uniform(count).toFloats();
            return java.util.stream.IntStream.range(0, keys.length)
                    .boxed()
                    .sorted(java.util.Comparator.comparingDouble(i -> keys[i]))
                    .mapToLong(i -> i)
                    .toArray();
        }
    }

    /** A copy with memory of its own. */
    public Tensor copy() {
        return op("clone", () -> new org.bytedeco.pytorch.Tensor(handle.clone()));
    }

    // ------------------------------------------------------------------------------------------------ shape

    public Tensor reshape(long... shape) {
        return op("reshape to " + Arrays.toString(shape), () -> handle.reshape(shape));
    }

    public Tensor permute(long... axes) {
        return op("permute to " + Arrays.toString(axes), () -> handle.permute(axes));
    }

    public Tensor transpose(int a, int b) {
        return op("transpose", () -> handle.transpose(a, b));
    }

    /** Elements {@code start .. start + length - 1} along an axis, without a copy. */
    public Tensor narrow(int axis, long start, long length) {
        return op("narrow axis " + axis + " to " + start + "+" + length, () -> handle.narrow(axis, start, length));
    }

    /** Every {@code step}-th element from {@code start} to before {@code end} along an axis, without a copy. */
    public Tensor slice(int axis, long start, long end, long step) {
        return op(
                "slice " + start + ":" + end + ":" + step + " of axis " + axis,
                () -> handle.slice(axis, new LongOptional(start), new LongOptional(end), step));
    }

    /** The slice at {@code index} along an axis, which disappears. */
    public Tensor select(int axis, long index) {
        return op("select " + index + " of axis " + axis, () -> handle.select((long) axis, index));
    }

    public Tensor[] unbind(int axis) {
        Tensor[] parts = new Tensor[(int) size(axis)];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = select(axis, i);
        }
        return parts;
    }

    /** Repeats axes of size 1 without a copy; -1 leaves an axis as it is. */
    public Tensor expand(long... shape) {
        return op("expand to " + Arrays.toString(shape), () -> handle.expand(shape));
    }

    /** The order along an axis reversed. */
    public Tensor flip(int axis) {
        if (device() == Device.META) {
            return onMeta(shape()); // libtorch has no shape-only form of it
        }
        return op("flip", () -> handle.flip(axis));
    }

    /** Zeros around the last two axes. */
    public Tensor pad(int left, int right, int top, int bottom) {
        long[] amounts = {left, right, top, bottom};
        return op("constant_pad_nd", () -> torch.constant_pad_nd(handle, amounts, new Scalar(0)));
    }

    public Tensor unsqueeze(int axis) {
        return op("unsqueeze", () -> handle.unsqueeze(axis));
    }

    public Tensor flatten(int first, int last) {
        return op("flatten", () -> handle.flatten(first, last));
    }

    public static Tensor cat(int axis, List<Tensor> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        return Native.call(
                "cat along " + axis, () -> new Tensor(torch.cat(vector(parts), axis)), parts.toArray(Tensor[]::new));
    }

    public static Tensor cat(int axis, Tensor... parts) {
        return cat(axis, List.of(parts));
    }

    // ------------------------------------------------------------------------------------------------ arithmetic

    public Tensor add(Tensor other) {
        return op("add", () -> handle.add(other.handle()), other);
    }

    public Tensor add(double value) {
        return op("add", () -> handle.add(new Scalar(value)));
    }

    public Tensor sub(Tensor other) {
        return op("sub", () -> handle.sub(other.handle()), other);
    }

    public Tensor mul(Tensor other) {
        return op("mul", () -> handle.mul(other.handle()), other);
    }

    public Tensor mul(double value) {
        return op("mul", () -> handle.mul(new Scalar(value)));
    }

    public Tensor div(Tensor other) {
        return op("div", () -> handle.div(other.handle()), other);
    }

    /** this + a b, element by element, in one sweep. */
    public Tensor addProduct(Tensor a, Tensor b) {
        return op("addcmul", () -> handle.addcmul(a.handle(), b.handle()), a, b);
    }

    public Tensor neg() {
        return op("neg", () -> handle.neg());
    }

    public Tensor sqrt() {
        return op("sqrt", () -> handle.sqrt());
    }

    public Tensor rsqrt() {
        return op("rsqrt", () -> handle.rsqrt());
    }

    public Tensor square() {
        return op("square", () -> handle.square());
    }

    public Tensor pow(double exponent) {
        return op("pow", () -> handle.pow(new Scalar(exponent)));
    }

    public Tensor sin() {
        return op("sin", () -> handle.sin());
    }

    public Tensor cos() {
        return op("cos", () -> handle.cos());
    }

    public Tensor clampMin(double value) {
        return op("clamp_min", () -> handle.clamp_min(new Scalar(value)));
    }

    /** Each value moved into [low, high]. */
    public Tensor clamp(double low, double high) {
        return op(
                "clamp", () -> handle.clamp(new ScalarOptional(new Scalar(low)), new ScalarOptional(new Scalar(high))));
    }

    public Tensor abs() {
        return op("abs", () -> handle.abs());
    }

    public Tensor exp() {
        return op("exp", () -> handle.exp());
    }

    public Tensor log() {
        return op("log", () -> handle.log());
    }

    public Tensor floor() {
        return op("floor", () -> handle.floor());
    }

    public Tensor sigmoid() {
        return op("sigmoid", () -> handle.sigmoid());
    }

    /** Where values are below {@code value}: BOOL. */
    public Tensor lessThan(double value) {
        return op("lt", () -> handle.lt(new Scalar(value)));
    }

    /** Where values are at least {@code value}: BOOL. */
    public Tensor atLeast(double value) {
        return op("ge", () -> handle.ge(new Scalar(value)));
    }

    /** Where both BOOL tensors are true. */
    public Tensor and(Tensor other) {
        if (device() == Device.META) { // the broadcast shape is that of any elementwise operation
            return add(other).to(DType.BOOL);
        }
        return op("logical_and", () -> handle.logical_and(other.handle()), other);
    }

    /** The opposite of a BOOL tensor. */
    public Tensor not() {
        if (device() == Device.META) {
            return empty(DType.BOOL, Device.META, shape());
        }
        return op("logical_not", () -> handle.logical_not());
    }

    /** Whether a BOOL tensor is true everywhere along an axis, which stays with size 1. */
    public Tensor all(int axis) {
        return op("all", () -> handle.all(axis, true));
    }

    /** Index of the largest value along an axis, which disappears: I64; the first of equals. */
    public Tensor argmax(int axis) {
        return op("argmax", () -> handle.argmax(new LongOptional(axis), false));
    }

    /** Smallest value along an axis, which stays with size 1 if {@code keep}. */
    public Tensor amin(int axis, boolean keep) {
        long[] axes = {axis};
        return op("amin", () -> handle.amin(axes, keep));
    }

    public Tensor round() {
        return op("round", () -> handle.round());
    }

    /** The larger of each two values. */
    public static Tensor max(Tensor a, Tensor b) {
        return a.op("maximum", () -> a.handle.maximum(b.handle()), b);
    }

    /** The smaller of each two values. */
    public static Tensor min(Tensor a, Tensor b) {
        return a.op("minimum", () -> a.handle.minimum(b.handle()), b);
    }

    /** Where both hold the same value: BOOL. */
    public Tensor equal(Tensor other) {
        return op("eq", () -> handle.eq(other.handle()), other);
    }

    /** Largest value along an axis, which disappears. */
    public Tensor amax(int axis) {
        long[] axes = {axis};
        return op("amax", () -> handle.amax(axes, false));
    }

    /** Mean over axes, which disappear unless {@code keep}. */
    public Tensor mean(boolean keep, long... axes) {
        return op("mean", () -> handle.mean(axes, keep, new ScalarTypeOptional()));
    }

    public Tensor sum(boolean keep, long... axes) {
        return op("sum", () -> handle.sum(axes, keep, new ScalarTypeOptional()));
    }

    /** Whether every value is a finite number. */
    public boolean isFinite() {
        try (Scope scope = Scope.open()) {
            // A sum is NaN or infinite if a value is, and reads the memory once; the exact look only decides the
            // rest, where a sum of finite values has overflown.
            Tensor sum = op("sum", () -> handle.sum(new ScalarTypeOptional()));
            return Double.isFinite(sum.item())
                    || op("isfinite", () -> handle.isfinite().all()).handle().item_bool();
        }
    }

    /** {@code this} where the mask is true, {@code other} elsewhere; shapes broadcast. */
    public Tensor whereMask(Tensor mask, Tensor other) {
        return op("where", () -> torch.where(mask.handle(), handle, other.handle()), mask, other);
    }

    // ------------------------------------------------------------------------------------------------ networks

    /** x W^T + b for x [..., in], W [out, in], b [out]. */
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        Trace.macs(elements() * weight.size(0));
        long rows = elements() / size(-1);
        if (rows < CONVOLUTION_ROWS || plainLinear || dtype() != DType.F32 || device() == Device.META) {
            return op("linear", () -> torch.linear(handle, weight.handle(), optional(bias)), weight);
        }
        return op("linear", () -> linearAsConvolution(rows, weight, bias), weight);
    }

    /**
     * The same product as a 1x1 convolution on a channels-last view of the rows: it runs in oneDNN on all threads, where
     * libtorch's own linear goes to OpenBLAS, which has one thread here; about twice as fast, and no copies.
     */
    private org.bytedeco.pytorch.Tensor linearAsConvolution(long rows, Tensor weight, @Nullable Tensor bias) {
        long[] shape = shape();
        long in = shape[shape.length - 1];
        org.bytedeco.pytorch.Tensor image = handle.reshape(1, rows, 1, in).permute(0, 3, 1, 2);
        org.bytedeco.pytorch.Tensor kernel = weight.handle().unsqueeze(-1).unsqueeze(-1);
        org.bytedeco.pytorch.Tensor result = torch.conv2d(image, kernel, optional(bias), ONE, ZERO, ONE, 1);
        shape[shape.length - 1] = weight.size(0);
        return result.permute(0, 2, 3, 1).reshape(shape);
    }

    public Tensor matmul(Tensor other) {
        Trace.macs(elements() * other.size(-1));
        return op("matmul", () -> handle.matmul(other.handle()), other);
    }

    /** Layer normalisation over the last axis: (x - mean) / sqrt(variance + eps) * weight + bias. */
    public Tensor layerNorm(Tensor weight, Tensor bias, double eps) {
        long[] normalized = {size(-1)};
        if (device() == Device.META) {
            return onMeta(shape());
        }
        return op(
                "layer_norm",
                () -> torch.layer_norm(handle, normalized, optional(weight), optional(bias), eps, true),
                weight);
    }

    /** Convolution of x [B, C, H, W] with weight [out, C / groups, kh, kw]; zero padding. */
    public Tensor conv2d(Tensor weight, @Nullable Tensor bias, int stride, int padding, int groups) {
        long[] strides = {stride, stride};
        long[] paddings = {padding, padding};
        long[] dilation = {1, 1};
        long height = (size(2) + 2L * padding - weight.size(2)) / stride + 1;
        long width = (size(3) + 2L * padding - weight.size(3)) / stride + 1;
        Trace.macs(size(0) * height * width * weight.elements());
        if (device() == Device.META) {
            return onMeta(size(0), weight.size(0), height, width);
        }
        return op(
                "conv2d",
                () -> torch.conv2d(handle, weight.handle(), optional(bias), strides, paddings, dilation, groups),
                weight);
    }

    /** Normalises x [B, C, ...] in each sample over groups of C / {@code groups} channels and all places. */
    public Tensor groupNorm(int groups, Tensor weight, Tensor bias, double eps) {
        if (device() == Device.META) {
            return onMeta(shape());
        }
        return op(
                "group_norm",
                () -> torch.group_norm(handle, groups, optional(weight), optional(bias), eps, true),
                weight);
    }

    /**
     * Batch normalisation of x [B, C, ...] by the statistics of this batch (biased variance), as in training; the running
     * ones are moved towards them in place (variance unbiased).
     */
    public Tensor batchNormLearning(
            Tensor weight, Tensor bias, Tensor mean, Tensor variance, double momentum, double eps) {
        return op(
                "batch_norm",
                () -> torch.batch_norm(
                        handle,
                        optional(weight),
                        optional(bias),
                        optional(mean),
                        optional(variance),
                        true,
                        momentum,
                        eps,
                        false),
                weight);
    }

    /**
     * Weighted sums of rows of this matrix [S, C]: result row i = sum over j of weights[i, j] * row rows[i, j]. The
     * gradient reaches this matrix and the weights. One pass over the rows, nothing gathered in memory.
     *
     * @param rows I64 or I32 [N, J]
     * @param weights [N, J]
     */
    public Tensor weightedRows(Tensor rows, Tensor weights) {
        Trace.macs(weights.elements() * size(1));
        if (device() == Device.META) {
            return onMeta(weights.size(0), size(1));
        }
        return op(
                "embedding_bag",
                () -> {
                    org.bytedeco.pytorch.Tensor offsets = torch.arange(
                            new Scalar(0),
                            new Scalar(weights.elements()),
                            new Scalar(weights.size(1)),
                            options(rows.dtype(), Device.CPU));
                    return new org.bytedeco.pytorch.Tensor(torch.embedding_bag(
                                    handle,
                                    rows.handle().reshape(-1),
                                    offsets,
                                    false,
                                    0, // sum
                                    false,
                                    optional(weights.reshape(-1)),
                                    false)
                            .get0());
                },
                rows,
                weights);
    }

    /** Each value dropped with probability {@code p}, the others divided by 1 - p. */
    public Tensor dropout(double p) {
        return op("dropout", () -> torch.dropout(handle, p, true));
    }

    /** Batch normalisation of x [B, C, ...] with running statistics. */
    public Tensor batchNorm(Tensor weight, Tensor bias, Tensor mean, Tensor variance, double eps) {
        if (device() == Device.META) {
            return onMeta(shape());
        }
        return op(
                "batch_norm",
                () -> torch.batch_norm(
                        handle,
                        optional(weight),
                        optional(bias),
                        optional(mean),
                        optional(variance),
                        false,
                        0,
                        eps,
                        false),
                weight);
    }

    /** Maximum over square windows of x [B, C, H, W]. */
    public Tensor maxPool2d(int kernel, int stride, int padding) {
        long[] kernels = {kernel, kernel};
        long[] strides = {stride, stride};
        long[] paddings = {padding, padding};
        long[] dilation = {1, 1};
        if (device() == Device.META) {
            long height = (size(2) + 2L * padding - kernel) / stride + 1;
            return onMeta(size(0), size(1), height, (size(3) + 2L * padding - kernel) / stride + 1);
        }
        return op("max_pool2d", () -> torch.max_pool2d(handle, kernels, strides, paddings, dilation, false));
    }

    /** x * Phi(x), the exact erf form. */
    public Tensor gelu() {
        return op("gelu", () -> torch.gelu(handle));
    }

    public Tensor silu() {
        return op("silu", () -> torch.silu(handle));
    }

    public Tensor relu() {
        return device() == Device.META ? onMeta(shape()) : op("relu", () -> torch.relu(handle));
    }

    public Tensor softmax(int axis) {
        return op("softmax", () -> handle.softmax(axis));
    }

    /** The logarithm of {@link #softmax}, without its underflow. */
    public Tensor logSoftmax(int axis) {
        return op("log_softmax", () -> handle.log_softmax(axis));
    }

    /**
     * Cross entropy of the softmax over axis 1 of these logits [B, K, ...] with class numbers, a value for each place:
     * [B, ...].
     *
     * @param labels I64 [B, ...], from 0 to K - 1
     * @param classWeights [K], which multiply the losses of their class, or null
     * @param ignored label of places whose loss is 0
     */
    public Tensor crossEntropy(Tensor labels, @Nullable Tensor classWeights, long ignored) {
        return op(
                "cross_entropy_loss",
                () -> torch.cross_entropy_loss(
                        handle,
                        labels.handle(),
                        optional(classWeights),
                        0, // no reduction
                        ignored,
                        0),
                labels);
    }

    /** This I64 tensor's numbers as rows of zeros with a one: I64 [..., classes]. */
    public Tensor oneHot(long classes) {
        return op("one_hot", () -> torch.one_hot(handle, classes));
    }

    /** softmax(q k^T / sqrt(d)) v for q, k, v [B, heads, N, d]. */
    public static Tensor attention(Tensor q, Tensor k, Tensor v) {
        Trace.macs(q.elements() * k.size(-2) + q.size(0) * q.size(1) * q.size(2) * k.size(-2) * v.size(-1));
        if (q.device() == Device.META) {
            return q.onMeta(q.size(0), q.size(1), q.size(2), v.size(3));
        }
        return q.op(
                "scaled_dot_product_attention",
                () -> torch.scaled_dot_product_attention(
                        q.handle,
                        k.handle(),
                        v.handle(),
                        new TensorOptional(),
                        0.0,
                        false,
                        new DoubleOptional(),
                        false),
                k,
                v);
    }

    /**
     * The same where {@code blocked} [B, 1 or heads, N, M], BOOL, hides keys. A row that is blocked everywhere gives NaN:
     * open it before.
     */
    public static Tensor maskedAttention(Tensor q, Tensor k, Tensor v, Tensor blocked) {
        Trace.macs(q.elements() * k.size(-2) + q.size(0) * q.size(1) * q.size(2) * k.size(-2) * v.size(-1));
        if (q.device() == Device.META) {
            return q.onMeta(q.size(0), q.size(1), q.size(2), v.size(3));
        }
        Tensor open = blocked.not(); // the operator wants what may be seen
        return q.op(
                "scaled_dot_product_attention",
                () -> torch.scaled_dot_product_attention(
                        q.handle, k.handle(), v.handle(), optional(open), 0.0, false, new DoubleOptional(), false),
                k,
                v);
    }

    /** softmax(q k^T / sqrt(d) + bias) v for q, k, v [B, heads, N, d] and a bias that broadcasts to [B, heads, N, M]. */
    public static Tensor biasedAttention(Tensor q, Tensor k, Tensor v, Tensor bias) {
        Trace.macs(q.elements() * k.size(-2) + q.size(0) * q.size(1) * q.size(2) * k.size(-2) * v.size(-1));
        if (q.device() == Device.META) {
            return q.onMeta(q.size(0), q.size(1), q.size(2), v.size(3));
        }
        return q.op(
                "scaled_dot_product_attention",
                () -> torch.scaled_dot_product_attention(
                        q.handle, k.handle(), v.handle(), optional(bias), 0.0, false, new DoubleOptional(), false),
                k,
                v,
                bias);
    }

    // ------------------------------------------------------------------------------------------------ resampling

    /** Bilinear resize of [B, C, H, W], align_corners false; {@code antialias} widens the filter when it shrinks. */
    public Tensor bilinear(long height, long width, boolean antialias) {
        return interpolate("bilinear", height, width, antialias);
    }

    /**
     * Bilinear resize of [B, C, H, W] by a scale factor, which also maps the coordinates: source = (target + 0.5) / scale
     * - 0.5, where a resize by size takes in / out. The result has floor(H scale) rows.
     */
    public Tensor bilinearByScale(double scale) {
        long[] size = {(long) Math.floor(size(2) * scale), (long) Math.floor(size(3) * scale)};
        if (device() == Device.META) {
            return onMeta(size(0), size(1), size[0], size[1]);
        }
        return op(
                "bilinear resize by " + scale,
                () -> torch.upsample_bilinear2d(
                        handle, size, false, new DoubleOptional(scale), new DoubleOptional(scale)));
    }

    /** Bilinear resize of [B, C, H, W], align_corners true: the corners of both grids coincide. */
    public Tensor bilinearAligned(long height, long width) {
        if (device() == Device.META) {
            return onMeta(size(0), size(1), height, width);
        }
        long[] size = {height, width};
        return op(
                "aligned bilinear resize to " + height + " x " + width,
                () -> torch.upsample_bilinear2d(handle, size, true, new DoubleOptional(), new DoubleOptional()));
    }

    /** Area resize of [B, C, H, W]: the mean of the pixels that each result covers ({@code mode="area"}). */
    public Tensor area(long height, long width) {
        if (device() == Device.META) {
            return onMeta(size(0), size(1), height, width);
        }
        return op("area resize to " + height + " x " + width, () -> torch.adaptive_avg_pool2d(handle, height, width));
    }

    /**
     * Values of maps [B, C, H, W] between pixels, bilinear, zero outside.
     *
     * @param grid places [B, h, w, 2] as (x, y), -1 and 1 being the maps' outer edges
     */
    public Tensor gridSample(Tensor grid) {
        return op("grid_sampler_2d", () -> torch.grid_sampler_2d(handle, grid.handle(), 0, 0, false), grid);
    }

    /** Bicubic resize of [B, C, H, W], align_corners false (A = -0.75, antialiased -0.5). */
    public Tensor bicubic(long height, long width, boolean antialias) {
        return interpolate("bicubic", height, width, antialias);
    }

    /** Nearest-neighbour resize of [B, C, H, W]. */
    public Tensor nearest(long height, long width) {
        return interpolate("nearest", height, width, false);
    }

    /**
     * Bicubic resize of [B, C, H, W] by scale factors, which also map the coordinates: source = (target + 0.5) / scale -
     * 0.5, where a resize by size takes in / out. The result has floor(H scale) rows.
     */
    public Tensor bicubicByScale(double scaleHeight, double scaleWidth, boolean antialias) {
        if (device() == Device.META) {
            long height = (long) Math.floor(size(2) * scaleHeight);
            return onMeta(size(0), size(1), height, (long) Math.floor(size(3) * scaleWidth));
        }
        long[] size = {(long) Math.floor(size(2) * scaleHeight), (long) Math.floor(size(3) * scaleWidth)};
        return op("bicubic resize by " + scaleHeight + " x " + scaleWidth, () -> {
            if (!antialias) { // the operator itself: interpolate prints a warning about scale factors
                return torch.upsample_bicubic2d(
                        handle, size, false, new DoubleOptional(scaleHeight), new DoubleOptional(scaleWidth));
            }
            InterpolateFuncOptions options = new InterpolateFuncOptions();
            options.scale_factor().put(new DoubleVector(scaleHeight, scaleWidth));
            options.mode().put(new kBicubic());
            options.align_corners().put(false);
            options.antialias().put(antialias);
            return torch.interpolate(handle, options);
        });
    }

    private Tensor interpolate(String mode, long height, long width, boolean antialias) {
        if (device() == Device.META) {
            return onMeta(size(0), size(1), height, width);
        }
        return op(mode + " resize to " + height + " x " + width, () -> {
            InterpolateFuncOptions options = new InterpolateFuncOptions();
            options.size().put(new LongVector(height, width));
            switch (mode) {
                case "bilinear" -> options.mode().put(new kBilinear());
                case "bicubic" -> options.mode().put(new kBicubic());
                default -> options.mode().put(new kNearest());
            }
            if (!mode.equals("nearest")) {
                options.align_corners().put(false);
            }
            options.antialias().put(antialias);
            return torch.interpolate(handle, options);
        });
    }

    // ------------------------------------------------------------------------------------------------ algebra

    /** Eigenvalues (ascending) and eigenvectors (columns) of a symmetric matrix. */
    public record Eigen(Tensor values, Tensor vectors) {}

    public Eigen eigh() {
        return Native.call(
                "linalg_eigh",
                () -> {
                    T_TensorTensor_T pair = torch.linalg_eigh(handle());
                    return new Eigen(
                            new Tensor(new org.bytedeco.pytorch.Tensor(pair.get0())),
                            new Tensor(new org.bytedeco.pytorch.Tensor(pair.get1())));
                },
                this);
    }

    // ------------------------------------------------------------------------------------------------ learning

    /** Marks this tensor as a variable: operations on it are recorded and {@link #backward} fills its gradient. */
    public Tensor learn() {
        Native.call("requires_grad", () -> handle().set_requires_grad(true), this);
        return this;
    }

    /** Whether gradients flow into this tensor. */
    public boolean learns() {
        return handle().requires_grad();
    }

    /** The values without their history: a view into the same memory. */
    public Tensor detach() {
        return op("detach", () -> handle.detach());
    }

    /** Adds the gradient of this one number to each variable that it was computed from. */
    public void backward() {
        Native.call(
                "backward",
                () -> {
                    handle().backward();
                    return this;
                },
                this);
    }

    /** The gradient that {@link #backward} left in this variable. */
    public Tensor grad() {
        return op("grad", () -> {
            org.bytedeco.pytorch.Tensor grad = handle.grad();
            if (!grad.defined()) {
                throw new IllegalStateException("no gradient has reached " + describe());
            }
            return new org.bytedeco.pytorch.Tensor(grad);
        });
    }

    /**
     * The same for a tensor of any shape, given the gradient of the loss with respect to it; variables receive their share
     * on top of what they have.
     */
    public void backward(Tensor gradient) {
        Native.call(
                "backward",
                () -> {
                    handle().backward(gradient.handle(), new BoolOptional(), false, new TensorArrayRefOptional());
                    return this;
                },
                this,
                gradient);
    }

    /** Whether a gradient has reached this variable since it was last cleared. */
    public boolean hasGrad() {
        return handle().grad().defined();
    }

    /** Forgets the gradient: afterwards there is none, which is not the same as zeros. */
    public void clearGrad() {
        handle().mutable_grad().reset();
    }

    /**
     * Overwrites the values of this tensor, a variable or a buffer, for resuming and averaging: all that share its memory
     * see the new ones. Nobody may compute with it meanwhile.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public void copyFrom(Tensor values) {
        if (!Arrays.equals(shape(), values.shape())) {
            throw new IllegalArgumentException(values.describe() + " cannot replace the values of " + describe());
        }
        try (Scope scope = Scope.inference()) {
            write(values);
        }
    }

    /** Whether the values lie in memory row by row without gaps. */
    public boolean isContiguous() {
        return handle().is_contiguous();
    }

    // ------------------------------------------------------------------------------------------------ life

    /** Frees this tensor before its scope closes. Weights in an arena stay. */
    public void close() {
        if (owner instanceof Scope scope && !handle.isNull()) {
            scope.release(this);
        }
    }

    /** Notes the new owner; false if the present one lives at least as long. */
    boolean moveTo(Object newOwner) {
        if (owner instanceof Arena || newOwner == owner) {
            return false;
        }
        if (newOwner instanceof Scope scope && owner instanceof Scope mine && mine.encloses(scope)) {
            return false;
        }
        owner = newOwner;
        return true;
    }

    /**
     * Overwrites the values in place: the one exception to what this class promises, for weights that learn, counters of a
     * run and the like, whose holders expect it. Not while another thread reads them; a variable only in a {@link
     * Scope#inference} scope.
     */
    public void write(Tensor values) {
        Native.call("copy_", () -> handle().copy_(values.handle()), this, values);
    }

    /** State of the process's generator, a U8 copy. */
    static Tensor generatorState() {
        return new Tensor(torch.getDefaultCPUGenerator().get_state());
    }

    static void generatorState(Tensor state) {
        Native.call(
                "set_state",
                () -> {
                    torch.getDefaultCPUGenerator().set_state(state.handle());
                    return state;
                },
                state);
    }

    /** Where the first value lies. */
    long address() {
        return handle().data_ptr().address();
    }

    org.bytedeco.pytorch.Tensor handle() {
        if (handle.isNull()) {
            throw new IllegalStateException(
                    "this tensor is freed: its scope or its model was closed; keep it with Scope.keep or Arena.keep");
        }
        return handle;
    }

    /** Type and shape, such as {@code F32[1, 3, 224, 224]}. */
    public String describe() {
        return handle.isNull() ? "(freed)" : dtype() + Arrays.toString(shape());
    }

    @Override
    public String toString() {
        return describe();
    }

    private Tensor op(String name, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... others) {
        handle();
        Scope.current();
        Tensor[] arguments = new Tensor[others.length + 1];
        arguments[0] = this;
        System.arraycopy(others, 0, arguments, 1, others.length);
        return Native.call(name, () -> new Tensor(body.get()), arguments);
    }

    /** A result without values. The engine has no shape rule for some of its CPU kernels, so those have theirs here. */
    private Tensor onMeta(long... shape) {
        return empty(dtype(), Device.META, shape);
    }

    private static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor.handle());
    }

    private static TensorVector vector(List<Tensor> tensors) {
        TensorVector vector = new TensorVector();
        for (Tensor tensor : tensors) {
            vector.push_back(tensor.handle());
        }
        return vector;
    }

    private static TensorOptions options(DType dtype, Device device) {
        TensorOptions options = new TensorOptions(scalarType(dtype));
        return device == Device.META
                ? options.device(new DeviceOptional(new org.bytedeco.pytorch.Device("meta")))
                : options;
    }

    private static org.bytedeco.pytorch.MemoryFormatOptional memoryFormatUnset() {
        return new org.bytedeco.pytorch.MemoryFormatOptional();
    }

    private static ScalarType scalarType(DType dtype) {
        return Objects.requireNonNull(SCALAR_TYPES.get(dtype));
    }

    private static Map<DType, ScalarType> scalarTypes() {
        Native.ready();
        Map<DType, ScalarType> types = new EnumMap<>(DType.class);
        types.put(DType.F64, ScalarType.Double);
        types.put(DType.F32, ScalarType.Float);
        types.put(DType.F16, ScalarType.Half);
        types.put(DType.BF16, ScalarType.BFloat16);
        types.put(DType.I64, ScalarType.Long);
        types.put(DType.I32, ScalarType.Int);
        types.put(DType.I16, ScalarType.Short);
        types.put(DType.I8, ScalarType.Char);
        types.put(DType.U8, ScalarType.Byte);
        types.put(DType.BOOL, ScalarType.Bool);
        return types;
    }

    private static void requireElements(long found, long[] shape) {
        long wanted = 1;
        for (long size : shape) {
            wanted *= size;
        }
        if (found != wanted) {
            throw new IllegalArgumentException(
                    found + " values do not fill the shape " + Arrays.toString(shape) + ", which has " + wanted);
        }
    }
}
