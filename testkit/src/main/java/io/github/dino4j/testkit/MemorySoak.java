package io.github.dino4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Resident memory of this process while something is done many times: a leak of native memory shows as a slope. */
public final class MemorySoak {
    private static final Path STATUS = Path.of("/proc/self/status");

    private MemorySoak() {}

    /** Whether this system tells its resident memory (Linux). */
    public static boolean isSupported() {
        return Files.isReadable(STATUS);
    }

    /** Resident memory in KiB. */
    public static long residentKib() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
            throw new IllegalStateException(STATUS + " has no line VmRSS");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs {@code work} and reads resident memory in between, each time after a garbage collection.
     *
     * @param warmUp runs before the first reading; enough for the compiler to end, which gives back some 10 MB then
     * @param runs runs between two readings
     * @param readings number of readings, at least 2
     * @return KiB, one a reading
     */
    public static List<Long> run(int warmUp, int runs, int readings, Runnable work) {
        repeat(warmUp, work);
        List<Long> resident = new ArrayList<>(List.of(settled()));
        while (resident.size() < readings) {
            repeat(runs, work);
            resident.add(settled());
        }
        return resident;
    }

    /**
     * Largest growth from a reading to a later one, as a fraction of the earlier. What the compiler or the collector gives back
     * late is no leak, and what grows after it was given back is one.
     */
    public static double largestGrowth(List<Long> resident) {
        double largest = 0;
        double lowest = resident.get(0);
        for (double kib : resident) {
            largest = Math.max(largest, (kib - lowest) / lowest);
            lowest = Math.min(lowest, kib);
        }
        return largest;
    }

    private static void repeat(int runs, Runnable work) {
        for (int i = 0; i < runs; i++) {
            work.run();
        }
    }

    private static long settled() {
        System.gc();
        return residentKib();
    }
}
