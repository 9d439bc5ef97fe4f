package io.github.dino4j.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/**
 * Process-wide settings of the engine (libtorch on the CPU).
 *
 * <p>An operation runs on {@link #threads()} OpenMP threads, whichever Java thread calls it. Set the number once at the
 * start: one thread an operation and several Java threads is the better split for a server on shared cores.
 */
public final class Engine {
    private static volatile int threads = Runtime.getRuntime().availableProcessors();
    /** libtorch keeps the number per calling thread: what this thread was last given. */
    private static final ThreadLocal<Integer> APPLIED = ThreadLocal.withInitial(() -> 0);

    private static volatile long memoryBudget = Long.MAX_VALUE;

    private Engine() {}

    /**
     * Sets the threads that one operation may use.
     *
     * @throws IllegalArgumentException if {@code count} is not positive
     */
    public static void threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + count);
        }
        threads = count;
    }

    /** Threads that one operation may use; the number of processors unless it was set. */
    public static int threads() {
        return threads;
    }

    /**
     * Sets how much native memory one call of a model may take beside the weights. A call estimates its peak before it
     * starts, splits its batch to fit, and refuses with the figures if one image alone is too much.
     *
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    public static void memoryBudget(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a memory budget must be positive, not " + bytes + " bytes");
        }
        memoryBudget = bytes;
    }

    /** Bytes that a call may take; {@link Long#MAX_VALUE} unless it was set. */
    public static long memoryBudget() {
        return memoryBudget;
    }

    /**
     * Seeds the one generator from which dropout and drop path draw, in the whole process: the same seed and the same work
     * give the same numbers again.
     */
    public static void seed(long seed) {
        Native.ready();
        torch.manual_seed(seed);
    }

    /** Where that generator stands, for {@link #randomState(byte[])}; some 5 KB. */
    public static byte[] randomState() {
        try (Scope scope = Scope.inference()) {
            return Tensor.generatorState().toBytes();
        }
    }

    /** Puts the generator back to where {@link #randomState()} found it. */
    public static void randomState(byte[] state) {
        try (Scope scope = Scope.inference()) {
            Tensor.generatorState(Tensor.of(state, DType.U8, state.length));
        }
    }

    /** Resident memory of this process in bytes, Java heap and native, without the pages of mapped checkpoints. */
    public static long residentBytes() {
        Native.ready();
        return Pointer.physicalBytes();
    }

    /**
     * Measures what matrix products reach at best here, in operations a second (a multiply-add is two): the ceiling of
     * every model. Takes some tenths of a second on {@link #threads()} threads.
     *
     * @throws IllegalArgumentException if the processor has no kernels for it
     */
    public static double gemmCeiling(Precision precision) {
        if (!precision.supported()) {
            throw new IllegalArgumentException("this processor has no " + precision + " kernels");
        }
        return Ceiling.measure(precision);
    }

    /** Gives the calling thread its number of OpenMP threads. */
    static void enter(int wanted) {
        Native.ready();
        if (APPLIED.get() == 0) {
            torch.get_num_threads(); // makes libtorch's first look at this thread, which would undo what is set
            // before it
        }
        if (APPLIED.get() != wanted) {
            torch.set_num_threads(wanted);
            APPLIED.set(wanted);
        }
    }
}
