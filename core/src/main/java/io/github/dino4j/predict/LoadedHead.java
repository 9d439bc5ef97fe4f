package io.github.dino4j.predict;

import io.github.dino4j.nn.CheckpointParameters;
import io.github.dino4j.nn.CheckpointParameters.Storage;
import io.github.dino4j.nn.NamedParameters;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<String, Tensor> weights;
    private final ReentrantReadWriteLock uses = new ReentrantReadWriteLock();
    private boolean closed;

    private LoadedHead(H head, String source, Arena arena, Map<String, Tensor> weights) {
        this.head = head;
        this.source = source;
        this.arena = arena;
        this.weights = weights;
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
            NamedParameters named = new NamedParameters(source);
            H head = build.apply(Parameters.of(named));
            source.finish(file, title, List.of());
            return new LoadedHead<>(head, file.toString(), arena, named.tensors());
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** A head with weights drawn from a seed: it runs, and knows nothing. */
    public static <H> LoadedHead<H> random(long seed, Function<Parameters, H> build) {
        Arena arena = new Arena();
        try (Scope scope = Scope.inference();
                NamedParameters named = new NamedParameters(new RandomParameters(seed, arena))) {
            H head = build.apply(Parameters.of(named));
            return new LoadedHead<>(head, "drawn at random from seed " + seed, arena, named.tensors());
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

    /**
     * Writes the weights as safetensors under the names by which the head asked for them, buffers such as running means
     * among them; {@link #load} and {@code SegmentPredictor.load} read the file. It appears whole or not at all.
     *
     * @param metadata texts that the file shall carry, such as the backbone's name; may be empty
     * @throws io.github.dino4j.weights.CheckpointException if the file cannot be written
     * @throws IllegalStateException if the head is closed
     */
    public void save(Path file, Map<String, String> metadata) {
        use(h -> {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            weights.forEach((name, tensor) -> tensors.put(name, new StoredTensor.InEngine(tensor)));
            try (Scope scope = Scope.inference()) {
                Safetensors.write(file, tensors, metadata);
            }
            return true;
        });
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
