package io.github.dino4j.train;

import io.github.dino4j.nn.CheckpointParameters;
import io.github.dino4j.nn.CheckpointParameters.Storage;
import io.github.dino4j.nn.CopiedParameters;
import io.github.dino4j.nn.GivenParameters;
import io.github.dino4j.nn.NamedParameters;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A head that learns: its class built twice over the same tensors, once for training (batch statistics, dropout) and once
 * for use (running statistics, no dropout), so that what is measured is what the exported file will do. Owns its tensors.
 * Used by the trainer's thread.
 *
 * @param <H> the head's class
 */
public final class LearningHead<H> implements AutoCloseable {
    private final Arena arena;
    private final Map<String, Tensor> tensors;
    private final Map<String, Tensor> variables;
    private final H learning;
    private final H inference;
    private final String source;
    private final Function<Parameters, H> build;

    private LearningHead(Arena arena, ParameterSource weights, Function<Parameters, H> build, String source) {
        TrainableParameters trainable = new TrainableParameters(weights, name -> true);
        NamedParameters named = new NamedParameters(trainable);
        this.arena = arena;
        this.source = source;
        this.build = build;
        learning = build.apply(Parameters.of(named).learning());
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(named.tensors()));
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(trainable.variables()));
        inference = build.apply(Parameters.of(new GivenParameters(tensors, arena)));
    }

    /** A head drawn as its layers say, from a seed. */
    public static <H> LearningHead<H> random(long seed, Function<Parameters, H> build) {
        Arena arena = new Arena();
        try (Scope scope = Scope.inference()) {
            return new LearningHead<>(
                    arena, new RandomParameters(seed, arena), build, "drawn at random from seed " + seed);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /**
     * A head that goes on from weights in a file, which stays as it is.
     *
     * @param file for messages
     * @param title what it should be, for messages: {@code "a linear segmentation head for dinov3-vits16"}
     * @param weights under the head's names
     * @throws io.github.dino4j.weights.CheckpointException naming everything missing, misshapen, unused or not finite
     */
    public static <H> LearningHead<H> load(Path file, String title, StateDict weights, Function<Parameters, H> build) {
        Arena arena = new Arena();
        try (Scope scope = Scope.inference();
                CheckpointParameters stored = new CheckpointParameters(weights, arena, Storage.COPIED)) {
            LearningHead<H> head = new LearningHead<>(arena, stored, build, file.toString());
            stored.finish(file, title, List.of());
            return head;
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /**
     * A head, or a whole network, over weights from elsewhere.
     *
     * @param arena in which {@code weights} keeps them; ends with the head
     * @param source where they come from, for people
     */
    public static <H> LearningHead<H> over(
            Arena arena, ParameterSource weights, Function<Parameters, H> build, String source) {
        try (Scope scope = Scope.inference()) {
            return new LearningHead<>(arena, weights, build, source);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** The same over copies of its tensors: the teacher of a student, which somebody moves after it. */
    public LearningHead<H> twin() {
        Arena own = new Arena();
        return over(own, new CopiedParameters(new GivenParameters(tensors, own), own), build, source);
    }

    /** As in training. Its tensors are the same as those of {@link #inference}. */
    public H learning() {
        return learning;
    }

    /** As in use: run it in a {@link Scope#inference} scope. */
    public H inference() {
        return inference;
    }

    /** The weights that learn, by name. */
    public Map<String, Tensor> variables() {
        return variables;
    }

    /** All that a file of it holds, by name: the variables, and buffers such as running means. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** Where the weights came from. */
    public String source() {
        return source;
    }

    /**
     * Writes the weights and buffers as safetensors, as {@link io.github.dino4j.predict.LoadedHead#load} and the
     * predictors read them. The file appears whole or not at all.
     *
     * @param metadata texts that the file shall carry
     */
    public void save(Path file, Map<String, String> metadata) {
        Map<String, StoredTensor> stored = new LinkedHashMap<>();
        try (Scope scope = Scope.inference()) {
            tensors.forEach((name, tensor) -> stored.put(name, new StoredTensor.InEngine(tensor.detach())));
            Safetensors.write(file, stored, metadata);
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        arena.close();
    }
}
