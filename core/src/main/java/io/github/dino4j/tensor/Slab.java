package io.github.dino4j.tensor;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Memory for the weights of a model, taken from the system in large pieces: freed weights go back to it at once, and do
 * not leave holes between what else the process has allocated. Pages that nobody touches take no memory. Not thread-safe.
 */
public final class Slab {
    /** Larger than what malloc serves from its own heap (32 MB in glibc). */
    private static final long PIECE = 64L << 20;

    private static final long ALIGNMENT = 64;

    private final UnaryOperator<Tensor> keep;
    private @Nullable Tensor piece;
    private long used;

    /**
     * @param keep gives a tensor to the owner of the weights
     */
    public Slab(UnaryOperator<Tensor> keep) {
        this.keep = keep;
    }

    /** The owner's hand. */
    Tensor keep(Tensor tensor) {
        return keep.apply(tensor);
    }

    /** Bytes [bytes] that live as long as the owner, aligned for vector instructions. */
    Tensor take(long bytes) {
        if (piece == null || used + bytes > piece.elements()) {
            piece = keep.apply(Tensor.empty(DType.U8, Device.CPU, Math.max(PIECE, bytes)));
            used = 0;
        }
        Tensor taken = keep.apply(piece.narrow(0, used, bytes));
        used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return taken;
    }
}
