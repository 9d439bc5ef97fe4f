package io.github.dino4j.tensor;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * oneDNN as one thread sees it: an engine, a stream and the primitives that this thread has made, by shape. Primitives
 * have one thread and a scratchpad of their own thread, so none is ever shared; parallelism is {@link Team}'s.
 */
final class Onednn {
    /** A model needs a dozen a tile height, and an image size has two heights. */
    private static final int MOST_KERNELS = 512;

    private static final ThreadLocal<Onednn> OF_THREAD = ThreadLocal.withInitial(Onednn::create);

    final engine cpu;
    final stream queue;
    private final Quantizer quantizer;
    private final Map<Object, Kernel> kernels = new LinkedHashMap<>(64, 0.75f, true);

    private Onednn() {
        Native.ready();
        cpu = held(new engine(engine.kind.cpu, 0));
        queue = held(new stream(cpu));
        quantizer = new Quantizer(this);
    }

    private static Onednn create() {
        try (PointerScope scope = new PointerScope()) {
            return new Onednn();
        }
    }

    static Onednn ofThread() {
        return OF_THREAD.get();
    }

    Quantizer quantizer() {
        return quantizer;
    }

    /**
     * The primitive of this shape, made at its first use. The least recently used ones are dropped.
     *
     * @param shape a record whose text names the operation and the sizes
     * @throws TensorException if oneDNN has no such primitive
     */
    Kernel kernel(Object shape, Supplier<Kernel> make) {
        Kernel kernel = kernels.get(shape);
        if (kernel == null) {
            try (PointerScope scope = new PointerScope()) {
                kernel = make.get();
            } catch (RuntimeException e) {
                throw Native.failure("making a kernel", shape.toString(), e);
            }
            kernels.put(shape, kernel);
            if (kernels.size() > MOST_KERNELS) {
                Iterator<Kernel> oldest = kernels.values().iterator();
                oldest.next().close();
                oldest.remove();
            }
        }
        return kernel;
    }

    /** Lets a native object outlive the scope in which it is made; it lives until it is released or unreachable. */
    static <P extends Pointer> P held(P object) {
        object.retainReference();
        return object;
    }

    static memory.data_type type(DType dtype) {
        return switch (dtype) {
            case F32 -> memory.data_type.f32;
            case BF16 -> memory.data_type.bf16;
            case I8 -> memory.data_type.s8;
            case U8 -> memory.data_type.u8;
            case I32 -> memory.data_type.s32;
            default -> throw new IllegalArgumentException("no kernels for " + dtype);
        };
    }

    /** Rows of {@code columns} elements, {@code stride} apart. */
    static memory.desc matrix(DType dtype, long rows, long columns, long stride) {
        return strided(dtype, rows, columns, stride, 1);
    }

    static memory.desc matrix(DType dtype, long rows, long columns) {
        return matrix(dtype, rows, columns, columns);
    }

    static memory.desc strided(DType dtype, long rows, long columns, long rowStride, long columnStride) {
        return new memory.desc(new long[] {rows, columns}, type(dtype), new long[] {rowStride, columnStride}, false);
    }

    static memory.desc vector(DType dtype, long elements) {
        return new memory.desc(new long[] {elements}, type(dtype), memory.format_tag.a, false);
    }

    /** A layout that the primitive chooses. */
    static memory.desc free(DType dtype, long rows, long columns) {
        return new memory.desc(new long[] {rows, columns}, type(dtype), memory.format_tag.any, false);
    }
}
