package io.github.dino4j.bench;

import io.github.dino4j.tensor.Engine;

/** The most memory that this process holds while it works. */
final class MemoryPeak {
    private static final long EVERY_MILLIS = 2;

    private MemoryPeak() {}

    /** Runs the work while another thread looks at the memory; returns the largest value in bytes. */
    static long during(Runnable work) {
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
