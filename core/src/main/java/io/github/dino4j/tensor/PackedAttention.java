package io.github.dino4j.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.softmax_forward;
import org.jspecify.annotations.Nullable;

/**
 * softmax(q k^T / sqrt(d)) v straight on the matrix of [q, k, v] rows: no head is cut out or copied. Exact: scores and
 * softmax are float32. Scores exist for some query rows at a time, so memory grows with N and not with its square.
 */
public final class PackedAttention {
    /** Up to so many tokens a head's scores are one piece. */
    private static final long ONE_PIECE = 320;
    /** Query rows of a piece. */
    private static final long ROWS = 128;
    /** Scores of a piece, in values: half of a level-2 cache. */
    private static final long SCORES = 1 << 18;
    /** From so many tokens it pays to copy a head's keys and values into the kernel's own layout. */
    private static final long PACKED = 2048;

    private PackedAttention() {}

    /**
     * Images of one size in a matrix of tokens.
     *
     * @param start first row
     * @param images how many
     * @param length tokens of each
     */
    public record Images(long start, long images, long length) {}

    /**
     * Mixes the tokens within each image.
     *
     * @param qkv [T, 3 C], rows of q, k, v, each split by head; contiguous, F32 or BF16
     * @param result type of the result
     * @return [T, C] in the current scope
     */
    public static Tensor mix(Tensor qkv, int heads, List<Images> sets, DType result) {
        long width = qkv.size(1) / 3;
        Tensor out = Tensor.empty(result, Device.CPU, qkv.size(0), width);
        List<Task> tasks = new ArrayList<>();
        for (Images set : sets) {
            if (set.images * set.length > 0) {
                addTasks(tasks, set, heads);
            }
        }
        Head head = new Head(qkv.dtype(), result, width, (int) (width / heads));
        long from = qkv.address();
        long to = out.address();
        Team.run(tasks.size(), i -> head.mix(tasks.get(i), from, to));
        return out;
    }

    /** Pieces of query rows [first, first + rows) of one head of one image. */
    private record Task(long imageStart, long length, int head, long first, long rows) {}

    private static void addTasks(List<Task> tasks, Images set, int heads) {
        long wanted = 2L * Engine.threads();
        long parts = set.length <= ONE_PIECE ? 1 : Math.max(1, -Math.floorDiv(-wanted, set.images * heads));
        for (long image = 0; image < set.images; image++) {
            for (int head = 0; head < heads; head++) {
                for (long part = 0; part < parts; part++) {
                    long first = part * set.length / parts;
                    long end = (part + 1) * set.length / parts;
                    tasks.add(new Task(set.start + image * set.length, set.length, head, first, end - first));
                }
            }
        }
    }

    /** One head's place in the matrix. */
    private record Head(DType type, DType result, long width, int dim) {
        void mix(Task task, long from, long to) {
            Onednn onednn = Onednn.ofThread();
            long length = task.length;
            long row = 3 * width * type.bytes();
            long q = from + task.imageStart * row + (long) task.head * dim * type.bytes();
            long k = q + width * type.bytes();
            long v = k + width * type.bytes();
            long out = to + (task.imageStart * width + (long) task.head * dim) * result.bytes();

            boolean packed = length >= PACKED;
            if (packed) {
                k = pack(onednn, new Packing(type, length, width, dim, true), k);
                v = pack(onednn, new Packing(type, length, width, dim, false), v);
            }
            long piece = length <= ONE_PIECE ? length : Math.min(ROWS, Math.max(32, SCORES / length));
            long pieces = -Math.floorDiv(-task.rows, piece);
            long most = -Math.floorDiv(-task.rows, pieces);
            long scores = Tensor.empty(DType.F32, Device.CPU, most, length).address();
            long weights = type == DType.F32
                    ? scores
                    : Tensor.empty(type, Device.CPU, most, length).address();
            for (long i = 0; i < pieces; i++) {
                long first = task.first + i * task.rows / pieces;
                long rows = task.first + (i + 1) * task.rows / pieces - first;
                Step step = new Step(Kind.SCORES, this, rows, length, packed);
                onednn.kernel(step, () -> step.kernel(onednn))
                        .at(dnnl.DNNL_ARG_SRC, q + first * row)
                        .at(dnnl.DNNL_ARG_WEIGHTS, k)
                        .at(dnnl.DNNL_ARG_DST, scores)
                        .run("attention scores", rows * length * dim);
                Step softmax = new Step(Kind.SOFTMAX, this, rows, length, packed);
                onednn.kernel(softmax, () -> softmax.kernel(onednn))
                        .at(dnnl.DNNL_ARG_SRC, scores)
                        .at(dnnl.DNNL_ARG_DST, weights)
                        .run("attention softmax", 0);
                Step values = new Step(Kind.VALUES, this, rows, length, packed);
                onednn.kernel(values, () -> values.kernel(onednn))
                        .at(dnnl.DNNL_ARG_SRC, weights)
                        .at(dnnl.DNNL_ARG_WEIGHTS, v)
                        .at(dnnl.DNNL_ARG_DST, out + first * width * result.bytes())
                        .run("attention values", rows * length * dim);
            }
        }

        private static long pack(Onednn onednn, Packing packing, long place) {
            Kernel kernel = onednn.kernel(packing, () -> packing.kernel(onednn));
            long copy = Tensor.empty(
                            DType.U8, Device.CPU, packing.layout(onednn).get_size())
                    .address();
            kernel.at(dnnl.DNNL_ARG_SRC, place).at(dnnl.DNNL_ARG_DST, copy).run("attention packing", 0);
            return copy;
        }
    }

    private enum Kind {
        SCORES,
        SOFTMAX,
        VALUES
    }

    /** k^T [d, N] or v [N, d] of a head, and the layout that the kernels prefer. */
    private record Packing(DType type, long length, long width, int dim, boolean keys) {
        memory.desc strided() {
            return keys ? Onednn.strided(type, dim, length, 1, 3 * width) : Onednn.matrix(type, length, dim, 3 * width);
        }

        memory.desc layout(Onednn onednn) {
            Head head = new Head(type, DType.F32, width, dim);
            Step step = new Step(keys ? Kind.SCORES : Kind.VALUES, head, 64, length, true);
            return step.product(onednn, null).weights_desc();
        }

        Kernel kernel(Onednn onednn) {
            memory.desc layout = layout(onednn);
            return new Kernel(
                            onednn, new reorder(new reorder.primitive_desc(onednn.cpu, strided(), onednn.cpu, layout)))
                    .with(dnnl.DNNL_ARG_SRC, strided())
                    .with(dnnl.DNNL_ARG_DST, layout);
        }
    }

    /** One of the three kernels for some query rows. */
    private record Step(Kind kind, Head head, long rows, long length, boolean packed) {
        matmul.primitive_desc product(Onednn onednn, memory.@Nullable desc layout) {
            boolean scores = kind == Kind.SCORES;
            primitive_attr attributes = new primitive_attr();
            if (scores) {
                post_ops after = new post_ops();
                after.append_eltwise(algorithm.eltwise_linear, (float) (1 / Math.sqrt(head.dim)), 0);
                attributes.set_post_ops(after);
            }
            memory.desc right = layout != null
                    ? layout
                    : Onednn.free(head.type, scores ? head.dim : length, scores ? length : head.dim);
            return new matmul.primitive_desc(onednn.cpu, left(), right, target(), attributes, false);
        }

        private memory.desc left() {
            return kind == Kind.SCORES
                    ? Onednn.matrix(head.type, rows, head.dim, 3 * head.width)
                    : Onednn.matrix(kind == Kind.SOFTMAX ? DType.F32 : head.type, rows, length);
        }

        private memory.desc right(Onednn onednn) {
            Packing packing = new Packing(head.type, length, head.width, head.dim, kind == Kind.SCORES);
            return packed ? packing.layout(onednn) : packing.strided();
        }

        private memory.desc target() {
            return switch (kind) {
                case SCORES -> Onednn.matrix(DType.F32, rows, length);
                case SOFTMAX -> Onednn.matrix(head.type, rows, length);
                case VALUES -> Onednn.matrix(head.result, rows, head.dim, head.width);
            };
        }

        Kernel kernel(Onednn onednn) {
            if (kind == Kind.SOFTMAX) {
                softmax_forward.primitive_desc description = new softmax_forward.primitive_desc(
                        onednn.cpu,
                        prop_kind.forward_inference,
                        algorithm.softmax_accurate,
                        left(),
                        target(),
                        1,
                        new primitive_attr(),
                        false);
                return new Kernel(onednn, new softmax_forward(description))
                        .with(dnnl.DNNL_ARG_SRC, left())
                        .with(dnnl.DNNL_ARG_DST, target());
            }
            memory.desc right = right(onednn);
            return new Kernel(onednn, new matmul(product(onednn, right)))
                    .with(dnnl.DNNL_ARG_SRC, left())
                    .with(dnnl.DNNL_ARG_WEIGHTS, right)
                    .with(dnnl.DNNL_ARG_DST, target());
        }
    }
}
