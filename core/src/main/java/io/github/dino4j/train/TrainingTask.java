package io.github.dino4j.train;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run teaches: the weights that learn, examples, a loss, and how success is measured. The trainer calls it from one
 * thread, except for {@link #examples()}.
 *
 * <p>Everything random inside {@link #learn} (dropout, drop path) is drawn from the engine's generator, which the trainer
 * seeds before each batch; a task keeps no generator of its own.
 *
 * @param <E> an example
 */
public interface TrainingTask<E> extends AutoCloseable {
    /** In one line: {@code "linear segmentation head, 11 classes, on dinov3_vits16 (frozen)"}. */
    String title();

    /** Everything else that must be the same when a run is resumed: which weights lie under it, how examples are made. */
    default Map<String, String> facts() {
        return Map.of();
    }

    Examples<E> examples();

    /** The weights that learn; the same tensors over the whole run. */
    List<ParameterGroup> groups();

    /**
     * All that a resumed run must find again, by name: the variables, running statistics, teachers, centres. A checkpoint
     * holds it, and resuming copies it back into the same tensors.
     */
    Map<String, Tensor> state();

    /** Comes before everything else where several processes train together; what a loss takes from a whole batch, it takes from all. */
    default void join(Ranks ranks) {}

    /** Comes before the first batch of a step. */
    default void beforeStep(Step step) {}

    /**
     * Adds the gradients of {@code share} times the loss of a batch to the variables. The trainer has opened a scope.
     *
     * @param share the batch's share of the examples of its step: 1 over the number of batches that a step accumulates, unless
     *     they differ in size at the end of an epoch
     * @return the loss itself, not multiplied by {@code share}
     */
    Losses learn(List<E> batch, double share);

    /** Comes when gradients are whole and clipped, before the optimiser's step. */
    default void beforeUpdate(Step step) {}

    /** Comes after the optimiser's step. */
    default void afterStep(Step step) {}

    /** What people should hear now, in whole sentences: that the training goes wrong, and what to do. Each is said once. */
    default List<String> warnings() {
        return List.of();
    }

    /** Measures on data that the run does not learn from. */
    Scores evaluate();

    /** Input, truth and prediction of a few validation examples in one picture; empty if the task has nothing to show. */
    default Optional<RgbImage> sheet() {
        return Optional.empty();
    }

    /**
     * Writes what the run made (head, adapter) for the predictors to load; each file appears whole or not at all.
     *
     * @param metadata texts that each file shall carry
     * @return the files
     */
    List<Path> export(Path folder, Map<String, String> metadata) throws IOException;

    /** Frees the weights that the task made. */
    @Override
    void close();
}
