package io.github.dino4j.tensor;

import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a depthwise convolution that keeps the size of its map, packed for oneDNN's float32 kernels. They work
 * straight on a map's rows [H W, C]: the lines around a band are read where they lie, and zeros stand around the map.
 *
 * <p>Immutable; any thread may call {@link #forward} while the arena is open. A call runs on one thread.
 */
public final class DepthwiseWeight {
    /** Side of the map whose primitive chooses the layout of the weights. */
    private static final int TYPICAL = 14;

    private final long channels;
    private final int kernel;
    private final Tensor packed;
    private final Tensor bias;
    private final memory.desc layout;
    private final String name;

    private DepthwiseWeight(long channels, int kernel, Tensor packed, Tensor bias, memory.desc layout) {
        this.channels = channels;
        this.kernel = kernel;
        this.packed = packed;
        this.bias = bias;
        this.layout = layout;
        name = "depthwise " + kernel + "x" + kernel + " of " + channels;
    }

    /**
     * Packs a weight [C, 1, k, k] of any float type, k odd, and a bias [C].
     *
     * @param slab where the result lies; the arguments are free to go
     */
    public static DepthwiseWeight pack(Tensor weight, Tensor bias, Slab slab) {
        long channels = weight.size(0);
        int kernel = (int) weight.size(2);
        try (Scope scope = Scope.inference()) {
            Onednn onednn = Onednn.ofThread();
            Shape typical = new Shape(channels, kernel, TYPICAL, TYPICAL, kernel / 2, kernel / 2);
            memory.desc layout = Native.call(
                    "choosing the layout",
                    () -> Onednn.held(typical.description(onednn, null).weights_desc()),
                    weight);
            memory.desc plain = typical.weights(memory.format_tag.abcde);
            Tensor packed = slab.take(layout.get_size());
            new Kernel(onednn, new reorder(new reorder.primitive_desc(onednn.cpu, plain, onednn.cpu, layout)))
                    .with(dnnl.DNNL_ARG_SRC, plain)
                    .with(dnnl.DNNL_ARG_DST, layout)
                    .at(dnnl.DNNL_ARG_SRC, weight.to(DType.F32).contiguous().address())
                    .at(dnnl.DNNL_ARG_DST, packed.address())
                    .run("pack", 0);
            return new DepthwiseWeight(
                    channels, kernel, packed, slab.keep(bias.to(DType.F32).copy()), layout);
        }
    }

    /**
     * Convolves some lines of a map.
     *
     * @param maps rows [..., C] of some maps, contiguous, float32
     * @param start row of this map's first pixel
     * @param first first line of the result
     * @param lines how many
     * @return [lines width, C]
     */
    public Tensor forward(Tensor maps, long start, long height, long width, long first, long lines) {
        int around = kernel / 2;
        long top = Math.max(0, first - around);
        long bottom = Math.min(height, first + lines + around);
        Shape shape = new Shape(
                channels, kernel, width, bottom - top, around - (first - top), first + lines + around - bottom);
        Tensor y = Tensor.empty(DType.F32, Device.CPU, lines * width, channels);
        long macs = y.elements() * kernel * kernel;
        Trace.macs(macs);
        Onednn onednn = Onednn.ofThread();
        onednn.kernel(shape, () -> shape.kernel(onednn, layout))
                .at(dnnl.DNNL_ARG_SRC, maps.address() + (start + top * width) * channels * DType.F32.bytes())
                .at(dnnl.DNNL_ARG_WEIGHTS, packed.address())
                .at(dnnl.DNNL_ARG_BIAS, bias.address())
                .at(dnnl.DNNL_ARG_DST, y.address())
                .run(name, macs);
        return y;
    }

    /**
     * What decides a kernel.
     *
     * @param read lines that it reads
     * @param above lines of zeros above them
     * @param below and below
     */
    private record Shape(long channels, int kernel, long width, long read, long above, long below) {
        private long lines() {
            return above + read + below - kernel + 1;
        }

        private memory.desc map(long lines) {
            long[] strides = {lines * width * channels, 1, width * channels, channels};
            return new memory.desc(new long[] {1, channels, lines, width}, memory.data_type.f32, strides, false);
        }

        memory.desc weights(memory.format_tag tag) {
            return new memory.desc(new long[] {channels, 1, 1, kernel, kernel}, memory.data_type.f32, tag, false);
        }

        convolution_forward.primitive_desc description(Onednn onednn, memory.@Nullable desc layout) {
            return new convolution_forward.primitive_desc(
                    onednn.cpu,
                    prop_kind.forward_inference,
                    algorithm.convolution_direct,
                    map(read),
                    layout == null ? weights(memory.format_tag.any) : layout,
                    Onednn.vector(DType.F32, channels),
                    map(lines()),
                    new long[] {1, 1},
                    new long[] {above, kernel / 2},
                    new long[] {below, kernel / 2},
                    new primitive_attr(),
                    false);
        }

        Kernel kernel(Onednn onednn, memory.desc layout) {
            return new Kernel(onednn, new convolution_forward(description(onednn, layout)))
                    .with(dnnl.DNNL_ARG_SRC, map(read))
                    .with(dnnl.DNNL_ARG_WEIGHTS, layout)
                    .with(dnnl.DNNL_ARG_BIAS, Onednn.vector(DType.F32, channels))
                    .with(dnnl.DNNL_ARG_DST, map(lines()));
        }
    }
}
