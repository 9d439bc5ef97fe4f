package io.github.dino4j.predict;

import io.github.dino4j.nn.CheckpointParameters;
import io.github.dino4j.nn.CheckpointParameters.Storage;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * A head in memory: its layers over the weights of a file, which it owns. Immutable, and any number of threads may use it
 * at once; {@link #close()} waits for those inside {@link #use} and frees the weights.
 *
 * @param <H> the head's class
 */
public final class LoadedHead<H> implements AutoCloseable {
    private final H head;
    private final String source;
    private final Arena arena;
    private final ReentrantReadWriteLock uses = new ReentrantReadWriteLock();
    private boolean closed;

    private LoadedHead(H head, String source, Arena arena) {
        this.head = head;
        this.source = source;
        this.arena = arena;
    }

    /**
     * Builds a head over tensors of a file.
     *
     * @param file for messages
     * @param title what it should be, for messages: {@code "a linear segmentation head for dinov3-vits16"}
     * @param weights under the official names, without those of a backbone
     * @throws io.github.dino4j.weights.CheckpointException naming everything missing, misshapen, unused or not finite
     */
    public static <H> LoadedHead<H> load(Path file, String title, StateDict weights, Function<Parameters, H> build) {
        Arena arena = new Arena();
        try (Scope scope = Scope.inference();
                CheckpointParameters source = new CheckpointParameters(weights, arena, Storage.FLOAT32)) {
            H head = build.apply(Parameters.of(source));
            source.finish(file, title, List.of());
            return new LoadedHead<>(head, file.toString(), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** A head with weights drawn from a seed: it runs, and knows nothing. */
    public static <H> LoadedHead<H> random(long seed, Function<Parameters, H> build) {
        Arena arena = new Arena();
        try (Scope scope = Scope.inference();
                ParameterSource source = new RandomParameters(seed, arena)) {
            H head = build.apply(Parameters.of(source));
            return new LoadedHead<>(head, "drawn at random from seed " + seed, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** The layers, for questions about them; to run them see {@link #use}. */
    public H head() {
        return head;
    }

    /**
     * Runs work on the head, in the caller's scope.
     *
     * @throws IllegalStateException if the head is closed
     */
    public <R> R use(Function<? super H, R> work) {
        uses.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the head (" + source + ") is closed; load it again");
            }
            return work.apply(head);
        } finally {
            uses.readLock().unlock();
        }
    }

    /** The file, or how the weights were drawn. */
    public String source() {
        return source;
    }

    /**
     * Frees the weights when the last use has ended; closing twice is harmless.
     *
     * @throws IllegalStateException if called inside {@link #use}, which would wait for itself
     */
    @Override
    public void close() {
        if (uses.getReadHoldCount() > 0) {
            throw new IllegalStateException("a head cannot be closed inside its own use(); close it afterwards");
        }
        uses.writeLock().lock();
        try {
            closed = true;
            arena.close();
        } finally {
            uses.writeLock().unlock();
        }
    }
}
