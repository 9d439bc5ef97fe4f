package io.github.dino4j.train;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Optimization;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Exponential moving average of variables, as the teachers of DINO v1 to v3 are of their student (arXiv:2104.14294, section
 * 3.1): average = momentum average + (1 - momentum) value. Buffers are no variables and stay out of it. Used by one thread.
 */
public final class Ema implements AutoCloseable {
    private final Arena arena;
    private final Map<String, Tensor> variables;
    private final Map<String, Tensor> averages;

    private Ema(Arena arena, Map<String, Tensor> variables, Map<String, Tensor> averages) {
        this.arena = arena;
        this.variables = new LinkedHashMap<>(variables);
        this.averages = Collections.unmodifiableMap(new LinkedHashMap<>(averages));
    }

    /** Averages that begin with the present values and live until {@link #close}. */
    public static Ema of(Map<String, Tensor> variables) {
        Arena arena = new Arena();
        Map<String, Tensor> averages = new LinkedHashMap<>();
        try (Scope scope = Scope.inference()) {
            variables.forEach((name, variable) -> averages.put(name, arena.keep(variable.copy())));
        }
        return new Ema(arena, variables, averages);
    }

    /**
     * Averages in the weights of another model, the teacher, from the values that they have.
     *
     * @throws IllegalArgumentException if the teacher has no weight for a variable
     */
    public static Ema into(Map<String, Tensor> teacher, Map<String, Tensor> student) {
        Map<String, Tensor> averages = new LinkedHashMap<>();
        student.keySet().forEach(name -> {
            Tensor average = teacher.get(name);
            if (average == null) {
                throw new IllegalArgumentException(
                        "the teacher has no weight '" + name + "', which the student learns");
            }
            averages.put(name, average);
        });
        return new Ema(new Arena(), student, averages);
    }

    /** Moves the averages towards the present values. */
    public void update(double momentum) {
        variables.forEach((name, variable) -> Optimization.average(average(name), variable, momentum));
    }

    /** The averages by the variables' names; resuming copies values into these very tensors. */
    public Map<String, Tensor> averages() {
        return averages;
    }

    /**
     * Puts the averages in place of the variables, to evaluate them: {@code try (Ema.Swapped averaged = ema.swap()) {...}}.
     * What learned comes back in the end; until then neither {@link #update} nor the optimiser may run.
     */
    public Swapped swap() {
        exchange();
        return this::exchange;
    }

    /** Averages are in the variables' place until this closes. */
    @FunctionalInterface
    public interface Swapped extends AutoCloseable {
        @Override
        void close();
    }

    private void exchange() {
        try (Scope scope = Scope.inference()) {
            variables.forEach((name, variable) -> {
                Tensor value = variable.copy();
                variable.copyFrom(average(name));
                average(name).copyFrom(value);
                value.close();
            });
        }
    }

    private Tensor average(String name) {
        return java.util.Objects.requireNonNull(averages.get(name), name);
    }

    /** Frees the averages, unless they are another model's. */
    @Override
    public void close() {
        arena.close();
    }
}
