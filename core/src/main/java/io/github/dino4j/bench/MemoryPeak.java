package io.github.dino4j.bench;

import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The most memory that this process holds while it works. Memory that earlier work left to the process serves the next
 * work unseen: for a figure that holds, measure in a {@link JavaProcess} of its own.
 */
public final class MemoryPeak {
    private static final Path PEAK_RESET = Path.of("/proc/self/clear_refs");
    private static final long EVERY_MILLIS = 2;

    private MemoryPeak() {}

    /**
     * Runs the work; returns the largest resident memory meanwhile in bytes, mapped files included. Linux tells it
     * exactly; elsewhere another thread looks every 2 ms.
     */
    public static long during(Runnable work) {
        return measure(work).peak();
    }

    /** Runs the work; returns by how many bytes the largest resident memory meanwhile exceeds that at the beginning. */
    public static long above(Runnable work) {
        Span span = measure(work);
        return span.peak() - span.before();
    }

    private record Span(long before, long peak) {}

    private static Span measure(Runnable work) {
        OptionalLong before =
                forgetPeak() ? Machine.peakResidentBytes() : OptionalLong.empty(); // now the present value
        if (before.isEmpty()) {
            return new Span(Engine.residentBytes(), sampled(work));
        }
        work.run();
        return new Span(before.getAsLong(), Machine.peakResidentBytes().orElseThrow());
    }

    /** What came before is not what the work takes; only Linux can tell them apart. */
    private static boolean forgetPeak() {
        try {
            if (Files.exists(PEAK_RESET)) {
                Files.writeString(PEAK_RESET, "5");
                return true;
            }
            return false;
        } catch (IOException e) {
            return false; // not allowed in here
        }
    }

    private static long sampled(Runnable work) {
        long[] peak = {Engine.residentBytes()};
        Thread watch = new Thread(
                () -> {
                    try {
                        while (true) {
                            peak[0] = Math.max(peak[0], Engine.residentBytes());
                            Thread.sleep(EVERY_MILLIS);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // the work is done
                    }
                },
                "memory-peak");
        watch.setDaemon(true);
        watch.start();
        try {
            work.run();
        } finally {
            watch.interrupt();
            join(watch);
        }
        return Math.max(peak[0], Engine.residentBytes());
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
