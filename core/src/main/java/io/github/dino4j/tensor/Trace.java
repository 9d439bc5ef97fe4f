package io.github.dino4j.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tensor flow of a forward pass: what {@link #stage} and the heavy operations of {@link Tensor} report on this thread
 * while a trace is open. Costs one thread-local look-up a report when none is.
 *
 * <p>Run the pass on {@link Device#META} to get shapes and multiply-adds without computing.
 */
public final class Trace implements AutoCloseable {
    private static final ThreadLocal<@Nullable Trace> CURRENT = new ThreadLocal<>();

    private final List<Stage> stages = new ArrayList<>();
    private final BiConsumer<String, Tensor> listener;
    private String prefix = "";
    private long macs;

    private Trace(BiConsumer<String, Tensor> listener) {
        this.listener = listener;
    }

    /**
     * One stage of a pass.
     *
     * @param name prefix of the stage's weights, such as {@code blocks.3}; what the output is called may follow in brackets
     * @param shape shape of its output
     * @param macs multiply-adds since the stage before (linears, convolutions and attention products)
     */
    public record Stage(String name, List<Long> shape, long macs) {}

    /** Starts recording on this thread. */
    public static Trace start() {
        return start((name, output) -> {});
    }

    /** The same, and shows each stage's output to a listener while it exists. */
    public static Trace start(BiConsumer<String, Tensor> listener) {
        Trace trace = new Trace(listener);
        CURRENT.set(trace);
        return trace;
    }

    /** Names of stages reported until it closes are those of a part of the model: {@code adapter.} and their own. */
    public static Part part(String name) {
        Trace trace = CURRENT.get();
        if (trace == null) {
            return () -> {};
        }
        String outer = trace.prefix;
        trace.prefix = outer + name + ".";
        return () -> trace.prefix = outer;
    }

    /** See {@link #part}. */
    @FunctionalInterface
    public interface Part extends AutoCloseable {
        @Override
        void close();
    }

    /** Reports the output of a named stage, if anybody listens. */
    public static void stage(String name, Tensor output) {
        Trace trace = CURRENT.get();
        if (trace != null) {
            List<Long> shape = new ArrayList<>();
            for (long size : output.shape()) {
                shape.add(size);
            }
            trace.stages.add(new Stage(trace.prefix + name, List.copyOf(shape), trace.macs));
            trace.macs = 0;
            trace.listener.accept(trace.prefix + name, output);
        }
    }

    /**
     * The same for an output whose readable shape costs something to make; asked for only if anybody listens, and freed
     * when all have seen it.
     */
    public static void stage(String name, Supplier<Tensor> output) {
        if (CURRENT.get() != null) {
            try (Scope scope = Scope.open()) { // a view that stayed would hold what the next layer wants to free
                stage(name, output.get());
            }
        }
    }

    static void macs(long count) {
        Profile.macs(count);
        Trace trace = CURRENT.get();
        if (trace != null) {
            trace.macs += count;
        }
    }

    /** The stages so far, in order. */
    public List<Stage> stages() {
        return List.copyOf(stages);
    }

    @Override
    public void close() {
        CURRENT.remove();
    }
}
