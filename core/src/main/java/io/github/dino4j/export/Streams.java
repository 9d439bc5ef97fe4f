package io.github.dino4j.export;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The threads on which batches go through the model: one after the other, each on all threads of the engine, or two side by
 * side, each with a core for itself. The numbers are the same in either way; two hold the activations of two batches.
 */
final class Streams implements AutoCloseable {
    private final Model model;
    private final Optional<StreamTrial> trial;
    private final ThreadPoolExecutor threads;
    private final List<Future<?>> started = new ArrayList<>();
    private StreamChoice choice;

    /**
     * Streams for a job: as many as asked for; else a trial decides where the job is long enough to pay for it; else what
     * is usual.
     *
     * @param batches that the job has at least
     * @param clock nanoseconds
     */
    static Streams of(Model model, OptionalInt asked, int batches, LongSupplier clock) {
        if (asked.isPresent()) {
            return new Streams(model, new StreamChoice(asked.getAsInt(), "asked for"), Optional.empty());
        }
        int usual = usual(model);
        boolean either = model.precision().isPresent() && Engine.threads() > 1;
        return new Streams(
                model,
                new StreamChoice(usual, "usual"),
                either && StreamTrial.pays(batches) ? Optional.of(new StreamTrial(usual, clock)) : Optional.empty());
    }

    /**
     * What was faster on two cores with ViT-S in batches of 8 (docs/performance.md): side by side 4 to 9 % in float32, no
     * gain that repeats in int8. The engine's own operators, a plain model's, take all threads for one batch.
     */
    private static int usual(Model model) {
        boolean sideBySide = model.precision().equals(Optional.of(Precision.FLOAT32));
        return sideBySide ? Math.min(2, Engine.threads()) : 1;
    }

    private Streams(Model model, StreamChoice choice, Optional<StreamTrial> trial) {
        this.model = model;
        this.choice = choice;
        this.trial = trial;
        int count = count();
        // More tasks wait in the queue, so threads are never more than the core size, which a trial changes.
        threads = new ThreadPoolExecutor(
                count, Math.max(2, count), 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "dino4j-stream");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private int count() {
        return trial.filter(StreamTrial::isOpen).map(StreamTrial::streams).orElse(choice.count());
    }

    /** How many streams there are, as far as that is known. */
    StreamChoice choice() {
        return choice;
    }

    /** Whether a trial is under way. */
    boolean isTrying() {
        return trial.filter(StreamTrial::isOpen).isPresent();
    }

    /** Whether a trial wants all batches finished and {@link #turnEnds} called before the next one begins. */
    boolean isTurnFull() {
        return trial.filter(StreamTrial::isTurnFull).isPresent();
    }

    /** Goes on to the trial's next turn, or to what it has found. */
    void turnEnds() {
        StreamTrial turns = trial.orElseThrow();
        turns.turnEnds();
        if (!turns.isOpen()) {
            choice = turns.choice();
        }
        threads.setCorePoolSize(count());
    }

    /** Batches to have in flight so that no stream waits while results are written. */
    int depth() {
        return count() + 1;
    }

    /** Begins a batch; one without images is done at once. */
    Future<List<Features>> begin(List<Pixels> images) {
        if (isTrying()) {
            trial.orElseThrow()
                    .begins(images.stream()
                            .mapToLong(p -> (long) p.height() * p.width())
                            .sum());
        }
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
