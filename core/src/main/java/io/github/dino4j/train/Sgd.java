package io.github.dino4j.train;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Optimization;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stochastic gradient descent with momentum, as PyTorch has it: weight decay is part of the gradient, no dampening, not
 * Nesterov's. The momentum comes from the settings of each step.
 *
 * <p>State: {@code momentum/NAME}, at first zero, which makes the first gradient the first momentum.
 */
public final class Sgd implements Optimizer {
    private final Arena arena = new Arena();
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, Tensor> state = new LinkedHashMap<>();

    private record Group(ParameterGroup group, List<Optimization.Velocity> velocities) {}

    /**
     * Makes the state, all zeros.
     *
     * @throws IllegalArgumentException if a name comes twice, or a variable does not learn or is not contiguous
     */
    public Sgd(List<ParameterGroup> groups) {
        OptimizerState made = new OptimizerState(arena, state);
        for (ParameterGroup group : groups) {
            List<Optimization.Velocity> velocities = new ArrayList<>();
            group.variables()
                    .forEach((name, variable) -> velocities.add(new Optimization.Velocity(
                            variable, made.zeros("momentum/" + name, variable, variable.shape()))));
            this.groups.add(new Group(group, List.copyOf(velocities)));
        }
    }

    @Override
    public void step(Settings settings) {
        for (Group g : groups) {
            List<Optimization.Velocity> reached =
                    g.velocities.stream().filter(v -> v.variable().hasGrad()).toList();
            Optimization.sgd(
                    reached, settings.rate(g.group), settings.momentum(), settings.weightDecay() * g.group.decay());
        }
    }

    @Override
    public void clear() {
        groups.forEach(g -> g.velocities.forEach(v -> v.variable().clearGrad()));
    }

    @Override
    public Map<String, Tensor> state() {
        return Collections.unmodifiableMap(state);
    }

    @Override
    public void close() {
        arena.close();
    }
}
