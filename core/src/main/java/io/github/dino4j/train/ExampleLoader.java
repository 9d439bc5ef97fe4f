package io.github.dino4j.train;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes examples ahead of the model, in the order in which updates see them, across the ends of epochs. No more than a
 * bounded number is ready or in work at a time. The workers are daemon threads and end with {@link #close()}; everything
 * else is for the trainer's thread.
 *
 * @param <E> an example
 */
final class ExampleLoader<E> implements AutoCloseable {
    private static final AtomicInteger LOADERS = new AtomicInteger();

    private final Examples<E> examples;
    private final ExampleOrder order;
    private final Ranks ranks;
    private final int batch;
    private final long seed;
    private final int lookAhead;
    private final long end;
    private final ExecutorService workers;
    private final ArrayDeque<Request<E>> ahead = new ArrayDeque<>();
    private final ArrayDeque<Integer> indices = new ArrayDeque<>();
    private long iteration;
    private int epoch;

    private record Request<E>(int index, Future<E> example) {}

    /**
     * Work begins at once.
     *
     * @param ranks whose share of each batch is made
     * @param start the first update to make examples for
     * @param end the first one not to
     */
    ExampleLoader(Examples<E> examples, TrainingPlan plan, Ranks ranks, long start, long end) {
        this.examples = examples;
        this.order = new ExampleOrder(examples.size(), plan);
        this.ranks = ranks;
        this.batch = plan.batchSize();
        this.seed = plan.seed();
        this.iteration = start;
        this.end = end;
        this.lookAhead = plan.batchSize() + 2 * plan.decodeThreads();
        int loader = LOADERS.incrementAndGet();
        AtomicInteger worker = new AtomicInteger();
        this.workers = Executors.newFixedThreadPool(plan.decodeThreads(), task -> {
            Thread thread = new Thread(task, "dino4j-examples-" + loader + "-" + worker.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        fill();
    }

    private void fill() {
        while (ahead.size() < lookAhead) {
            if (indices.isEmpty()) {
                if (iteration >= end) {
                    return;
                }
                epoch = order.epoch(iteration);
                addOwn(order.examples(iteration++));
            }
            int index = indices.remove();
            int ofEpoch = epoch;
            ahead.add(new Request<>(
                    index, workers.submit(() -> examples.load(index, Seeds.ofExample(seed, ofEpoch, index)))));
        }
    }

    /** This rank's share of each batch of an update. */
    private void addOwn(int... update) {
        for (int first = 0; first < update.length; first += batch) {
            for (int index : ranks.part(Arrays.copyOfRange(update, first, Math.min(first + batch, update.length)))) {
                indices.add(index);
            }
        }
    }

    /**
     * Waits for the next example, through interrupts, whose flag it sets again: half an update cannot be resumed.
     *
     * @throws TrainingException if it cannot be made, with its name
     */
    E next() {
        Request<E> request = ahead.remove();
        fill();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return request.example().get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new TrainingException(
                    "example '" + examples.name(request.index()) + "' (number " + request.index()
                            + ") cannot be made: "
                            + (cause instanceof OutOfMemoryError
                                    ? "the Java heap is full. Raise -Xmx, or decode with fewer threads."
                                    : cause.getMessage() + " Repair it or take it out of the data, then resume."),
                    cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
