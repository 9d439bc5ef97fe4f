package io.github.dino4j.train;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One update of the weights: the batches of a step, their gradients added up, clipped, and the optimiser's step. For the
 * trainer's thread.
 *
 * @param <E> an example
 */
final class Learner<E> implements AutoCloseable {
    private static final int NAMED = 16; // examples that a message lists

    private final TrainingTask<E> task;
    private final TrainingPlan plan;
    private final Ranks ranks;
    private final Optimizer optimizer;
    private final Map<String, Tensor> variables = new LinkedHashMap<>();
    private final @Nullable Ema ema;

    /**
     * What an update gave.
     *
     * @param norm of all gradients before they were clipped
     */
    record Update(Losses losses, double norm, Optimizer.Settings settings) {}

    Learner(TrainingTask<E> task, TrainingPlan plan, Ranks ranks) {
        this.task = task;
        this.plan = plan;
        this.ranks = ranks;
        task.join(ranks);
        this.optimizer = plan.optimizer().apply(task.groups());
        task.groups().forEach(group -> variables.putAll(group.variables()));
        this.ema = plan.averaging().isPresent() ? Ema.of(variables) : null;
    }

    /** All that a checkpoint holds: of the task, of the optimiser, averages. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        task.state().forEach((name, tensor) -> state.put("task/" + name, tensor));
        optimizer.state().forEach((name, tensor) -> state.put("optimizer/" + name, tensor));
        averages().forEach((name, tensor) -> state.put("averaged/" + name, tensor));
        return state;
    }

    /**
     * Gives all ranks the state of rank 0, and its place in the run.
     *
     * @param iteration updates done, as rank 0 knows
     * @return updates done
     */
    long begin(long iteration) {
        if (ranks.size() == 1) {
            return iteration;
        }
        state().values().forEach(ranks::copyFirst);
        long known = ranks.rank() == 0 ? iteration : 0;
        long high = known >> 20; // each part fits a float exactly
        long low = known - (high << 20);
        return (Math.round(ranks.sum((double) high)) << 20) + Math.round(ranks.sum((double) low));
    }

    /** The averages of the weights by name; empty if there are none. */
    private Map<String, Tensor> averages() {
        return ema == null ? Map.of() : ema.averages();
    }

    /** Puts the averages, if there are any, in the place of the weights until this closes. */
    Ema.Swapped averaged() {
        return ema == null ? () -> {} : ema.swap();
    }

    /**
     * Updates the weights once.
     *
     * @param indices the examples, by number
     * @throws TrainingException if loss or gradients are not finite, which leaves the variables as they were, or an
     *     example cannot be made
     */
    Update update(Step step, int[] indices, ExampleLoader<E> loader) {
        task.beforeStep(step);
        optimizer.clear();
        double total = 0;
        Map<String, Double> parts = new LinkedHashMap<>();
        for (int first = 0, batch = 0; first < indices.length; first += plan.batchSize(), batch++) {
            int[] numbers = Arrays.copyOfRange(indices, first, Math.min(first + plan.batchSize(), indices.length));
            int[] own = ranks.part(numbers);
            List<E> examples = new ArrayList<>(own.length);
            for (int i = 0; i < own.length; i++) {
                examples.add(loader.next());
            }
            double share = (double) own.length / indices.length;
            Losses losses = learn(step, batch * ranks.size() + ranks.rank(), examples, share);
            if (ranks.size() == 1) {
                requireFinite("the loss", losses.total(), step, numbers); // else all shall see it, below
            }
            total += share * losses.total();
            losses.parts().forEach((name, value) -> parts.merge(name, share * value, Double::sum));
        }
        total = gather(total, parts);
        requireFinite("the loss", total, step, indices);
        double norm = plan.clip().apply(variables);
        requireFinite("the norm of the gradients", norm, step, indices);
        Optimizer.Settings settings = plan.schedules().at(step.iteration());
        task.beforeUpdate(step);
        optimizer.step(settings);
        if (ema != null) {
            ema.update(plan.averaging().orElseThrow());
        }
        task.afterStep(step);
        return new Update(new Losses(total, parts), norm, settings);
    }

    /** Adds up gradients and losses of all ranks; the total. */
    private double gather(double total, Map<String, Double> parts) {
        if (ranks.size() == 1) {
            return total;
        }
        try (Scope scope = Scope.inference()) {
            ranks.sum(variables.values().stream()
                    .filter(Tensor::hasGrad)
                    .map(Tensor::grad)
                    .toList());
        }
        parts.replaceAll((name, value) -> ranks.sum(value));
        return ranks.sum(total);
    }

    private Losses learn(Step step, int batch, List<E> examples, double share) {
        Seeds.seedEngine(plan.seed(), step.iteration(), batch);
        try (Scope scope = Scope.open()) {
            return task.learn(examples, share);
        }
    }

    private void requireFinite(String what, double value, Step step, int[] indices) {
        if (!Double.isFinite(value)) {
            String names = Arrays.stream(indices)
                    .limit(NAMED)
                    .mapToObj(index -> "'" + task.examples().name(index) + "'")
                    .collect(Collectors.joining(", "));
            throw new TrainingException(what + " is " + value + " at iteration " + step.iteration() + " (epoch "
                    + step.epoch() + "); the examples are " + names
                    + (indices.length > NAMED ? " and " + (indices.length - NAMED) + " more" : "")
                    + ". The weights were not changed by it. Look at these examples, lower the learning rate or clip the"
                    + " gradients, and start again, or resume from the last checkpoint.");
        }
    }

    @Override
    public void close() {
        if (ema != null) {
            ema.close();
        }
        optimizer.close();
    }
}
