package io.github.dino4j.image;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decodes and transforms files ahead of the model, in the order given. At most {@code lookAhead} results are ready or in
 * work at a time, whatever the number of files; a file that cannot be read comes as {@link Loaded.Failed} in its place.
 *
 * <p>The workers are daemon threads of this loader and end with {@link #close()} or after the last file. The iterator itself
 * belongs to one thread; {@code close} may be called from any.
 *
 * <pre>{@code
 * try (ImageLoader loader = ImageLoader.open(paths, Transform.dinoV3(), 4, 16)) {
 *     while (loader.hasNext()) {
 *         Loaded next = loader.next();
 *     }
 * }
 * }</pre>
 */
public final class ImageLoader implements Iterator<Loaded>, AutoCloseable {
    private static final AtomicInteger LOADERS = new AtomicInteger();

    private final Iterator<Path> paths;
    private final ImageDecoder decoder;
    private final Transform transform;
    private final ExecutorService workers;
    private final ArrayDeque<Future<Loaded>> ahead = new ArrayDeque<>();
    private volatile boolean closed;

    private ImageLoader(List<Path> paths, ImageDecoder decoder, Transform transform, int threads, int lookAhead) {
        if (threads < 1 || lookAhead < 1) {
            throw new IllegalArgumentException("an image loader needs at least 1 thread and a look-ahead of at least 1,"
                    + " found " + threads + " and " + lookAhead);
        }
        this.paths = List.copyOf(paths).iterator();
        this.decoder = decoder;
        this.transform = transform;
        int loader = LOADERS.incrementAndGet();
        AtomicInteger worker = new AtomicInteger();
        this.workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "dino4j-images-" + loader + "-" + worker.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < lookAhead; i++) {
            submit();
        }
    }

    /** Opens a loader with {@link ImageDecoder#standard()}; work begins at once. */
    public static ImageLoader open(List<Path> paths, Transform transform, int threads, int lookAhead) {
        return open(paths, ImageDecoder.standard(), transform, threads, lookAhead);
    }

    /**
     * Opens a loader; work begins at once.
     *
     * @throws IllegalArgumentException if {@code threads} or {@code lookAhead} is below 1
     */
    public static ImageLoader open(
            List<Path> paths, ImageDecoder decoder, Transform transform, int threads, int lookAhead) {
        return new ImageLoader(paths, decoder, transform, threads, lookAhead);
    }

    private void submit() {
        if (paths.hasNext()) {
            Path path = paths.next();
            try {
                ahead.add(workers.submit(() -> load(path)));
            } catch (RejectedExecutionException e) {
                closed = true; // close() came in between, from another thread
            }
        }
        if (!paths.hasNext()) {
            workers.shutdown(); // what is queued still runs; the threads end after it
        }
    }

    private Loaded load(Path path) {
        try {
            return new Loaded.Ok(path, transform.apply(decoder.read(path)));
        } catch (ImageException e) {
            return new Loaded.Failed(path, e);
        } catch (RuntimeException e) {
            return new Loaded.Failed(path, new ImageException(path + ": " + e.getMessage(), e));
        } catch (OutOfMemoryError e) {
            return new Loaded.Failed(
                    path,
                    new ImageException(
                            path
                                    + ": the Java heap is full. Raise -Xmx, or load with fewer threads and less look-ahead.",
                            e));
        }
    }

    @Override
    public boolean hasNext() {
        return !closed && !ahead.isEmpty();
    }

    /**
     * Waits for the next file.
     *
     * @throws NoSuchElementException after the last file
     * @throws IllegalStateException if the loader is closed, or the waiting thread is interrupted (its flag stays set)
     */
    @Override
    public Loaded next() {
        if (closed) {
            throw new IllegalStateException("this image loader is closed; open another one");
        }
        Future<Loaded> future = ahead.poll();
        if (future == null) {
            throw new NoSuchElementException("the last image has been read");
        }
        try {
            Loaded loaded = future.get();
            if (paths.hasNext() && !closed) {
                submit();
            }
            return loaded;
        } catch (InterruptedException e) {
            ahead.addFirst(future);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an image", e);
        } catch (CancellationException e) {
            throw new IllegalStateException("this image loader was closed while it was waited for", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an image worker failed", e.getCause());
        }
    }

    /** Stops the workers; a file in work is finished and dropped. Harmless when called again. */
    @Override
    public void close() {
        closed = true;
        for (Runnable queued : workers.shutdownNow()) {
            if (queued instanceof Future<?> future) {
                future.cancel(false);
            }
        }
    }
}
