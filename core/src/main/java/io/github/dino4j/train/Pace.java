package io.github.dino4j.train;

import io.github.dino4j.tensor.Engine;
import java.time.Duration;

/** Time and memory of a session. For one thread. */
final class Pace {
    private static final double MEMORY = 0.05; // share of a new update in the estimate of the next ones

    private final long origin = System.nanoTime();
    private double earlier;
    private long work;
    private long workBegan;
    private long images;
    private double perUpdate;
    private long checkpoint = origin;
    private long peakBytes;

    /** Earlier sessions took so long. */
    void begin(double seconds) {
        earlier = seconds;
    }

    void workBegins() {
        workBegan = System.nanoTime();
    }

    void workEnds(int newImages) {
        long took = System.nanoTime() - workBegan;
        perUpdate = images == 0 ? took : perUpdate + MEMORY * (took - perUpdate);
        work += took;
        images += newImages;
        look();
    }

    /** Notes how much memory is held now. */
    void look() {
        peakBytes = Math.max(peakBytes, Engine.residentBytes());
    }

    void checkpointed() {
        checkpoint = System.nanoTime();
    }

    Duration sinceCheckpoint() {
        return Duration.ofNanos(System.nanoTime() - checkpoint);
    }

    /** Of the run so far, over all sessions. */
    double seconds() {
        return earlier + (System.nanoTime() - origin) / 1e9;
    }

    double imagesPerSecond() {
        return work == 0 ? 0 : images / (work / 1e9);
    }

    Duration left(long updates) {
        return Duration.ofNanos((long) (perUpdate * updates));
    }

    long peakBytes() {
        return peakBytes;
    }
}
