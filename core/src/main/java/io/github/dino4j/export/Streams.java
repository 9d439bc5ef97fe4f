package io.github.dino4j.export;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Batches in flight. Two go through a packed model side by side where the engine has two threads or more: a batch with a
 * core for itself waits for nobody, and loses less where decoding takes a share of the cores (docs/performance.md has the
 * measurement). A batch gives the same numbers in either way. The engine's own operators share all threads among one
 * batch, so a plain model takes one after the other.
 */
final class Streams implements AutoCloseable {
    /** Each holds the activations of its batch; more would be for machines that have not been measured. */
    private static final int MOST = 2;

    private final Model model;
    private final int count;
    private final ExecutorService threads;
    private final List<Future<?>> started = new ArrayList<>();

    Streams(Model model) {
        this.model = model;
        count = model.precision().isPresent() ? Math.min(MOST, Engine.threads()) : 1;
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
