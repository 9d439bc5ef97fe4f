package io.github.dino4j.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Where the time of forward passes goes, operator by operator, for the whole process while a profile is open: calls of
 * all threads are summed. When none is open an operator pays for one volatile read.
 *
 * <pre>{@code
 * try (Profile profile = Profile.start()) {
 *     model.features(images);
 *     profile.entries().forEach(System.out::println);
 * }
 * }</pre>
 */
public final class Profile implements AutoCloseable {
    private static volatile boolean on;
    private static final Map<String, Sum> SUMS = new ConcurrentHashMap<>();

    private static final ThreadLocal<long[]> MACS = ThreadLocal.withInitial(() -> new long[1]);

    private Profile() {}

    /**
     * What one operator has done.
     *
     * @param operator its name, such as {@code linear}
     * @param seconds of all its calls, summed over the threads that called it
     * @param macs multiply-adds of all its calls; 0 where they are not counted
     */
    public record Entry(String operator, long calls, double seconds, long macs) {}

    private record Sum(LongAdder calls, LongAdder nanos, LongAdder macs) {
        Sum() {
            this(new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    /**
     * Starts recording.
     *
     * @throws IllegalStateException if a profile is open already
     */
    public static synchronized Profile start() {
        if (on) {
            throw new IllegalStateException(
                    "a profile is open already; it counts the whole process, so close it first");
        }
        SUMS.clear();
        on = true;
        return new Profile();
    }

    /** Whether somebody wants to know; ask before looking at the clock. */
    static boolean isOn() {
        return on;
    }

    /** Adds one call of an operator, if a profile is open. Thread-safe. */
    static void record(String operator, long nanos, long macs) {
        if (on) {
            Sum sum = SUMS.computeIfAbsent(operator, name -> new Sum());
            sum.calls().increment();
            sum.nanos().add(nanos);
            sum.macs().add(macs);
        }
    }

    /**
     * Runs and records an operation under the first word of its name, with the multiply-adds that {@link Trace#macs} was
     * last told on this thread.
     */
    static <T> T timed(String operation, Supplier<T> body) {
        int end = 0;
        while (end < operation.length()
                && (Character.isLetterOrDigit(operation.charAt(end)) || operation.charAt(end) == '_')) {
            end++;
        }
        long macs = MACS.get()[0];
        MACS.get()[0] = 0;
        long start = System.nanoTime();
        T result = body.get();
        record(operation.substring(0, end), System.nanoTime() - start, macs);
        return result;
    }

    /** Notes multiply-adds for the operation that this thread runs next. */
    static void macs(long count) {
        if (on) {
            MACS.get()[0] = count;
        }
    }

    /** What was recorded so far, the longest first. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        SUMS.forEach((operator, sum) -> entries.add(new Entry(
                operator, sum.calls().sum(), sum.nanos().sum() / 1e9, sum.macs().sum())));
        entries.sort(Comparator.comparingDouble(Entry::seconds).reversed());
        return List.copyOf(entries);
    }

    /** Ends the recording. */
    @Override
    public void close() {
        on = false;
    }
}
