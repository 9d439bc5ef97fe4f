package io.github.dino4j.export;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which batches go through the model: one after the other, each on all threads of the engine, or two side by
 * side, each with a core for itself. The numbers are the same in either way; two hold the activations of two batches.
 */
final class Streams implements AutoCloseable {
    private final Model model;
    private final int count;
    private final ExecutorService threads;
    private final List<Future<?>> started = new ArrayList<>();

    /**
     * What is faster, as measured on two cores with ViT-S in batches of 8 (docs/performance.md): side by side 4 to 9 % in
     * float32, no gain that repeats in int8. The engine's own operators, a plain model's, take all threads for one batch.
     */
    static int fastest(Model model) {
        boolean sideBySide = model.precision().equals(Optional.of(Precision.FLOAT32));
        return sideBySide ? Math.min(2, Engine.threads()) : 1;
    }

    Streams(Model model, int count) {
        this.model = model;
        this.count = count;
        threads = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "dino4j-stream");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Batches to have in flight so that no stream waits while results are written. */
    int depth() {
        return count + 1;
    }

    /** Begins a batch; one without images is done at once. */
    Future<List<Features>> begin(List<Pixels> images) {
        Future<List<Features>> features = threads.submit(() -> images.isEmpty() ? List.of() : model.features(images));
        started.removeIf(Future::isDone);
        started.add(features);
        return features;
    }

    /**
     * Waits for a batch.
     *
     * @throws IllegalStateException if the waiting thread is interrupted (its flag stays set)
     */
    static List<Features> result(Future<List<Features>> features) {
        try {
            return features.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the model", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /** Drops batches that have not begun and waits for those that have: afterwards nobody uses the model. */
    @Override
    public void close() {
        threads.shutdown();
        started.forEach(features -> features.cancel(false));
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
