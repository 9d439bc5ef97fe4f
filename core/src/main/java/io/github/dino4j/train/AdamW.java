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
 * AdamW (arXiv:1711.05101): moments of the gradient, and weight decay apart from them. beta1 comes from the settings of each
 * step. With a learning rate of 0 a variable stays while its moments and its count of steps go on; without a gradient
 * nothing of it moves.
 *
 * <p>State: {@code exp_avg/NAME}, {@code exp_avg_sq/NAME} and {@code step/NAME}, as PyTorch calls them.
 */
public final class AdamW implements Optimizer {
    private final Arena arena = new Arena();
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private final double beta2;
    private final double eps;

    private record Group(ParameterGroup group, List<Optimization.Moments> moments) {}

    /**
     * Makes the state, all zeros.
     *
     * @throws IllegalArgumentException if a name comes twice, or a variable does not learn or is not contiguous
     */
    public AdamW(List<ParameterGroup> groups, double beta2, double eps) {
        this.beta2 = beta2;
        this.eps = eps;
        OptimizerState made = new OptimizerState(arena, state);
        for (ParameterGroup group : groups) {
            List<Optimization.Moments> moments = new ArrayList<>();
            group.variables()
                    .forEach((name, variable) -> moments.add(new Optimization.Moments(
                            variable,
                            made.zeros("exp_avg/" + name, variable, variable.shape()),
                            made.zeros("exp_avg_sq/" + name, variable, variable.shape()),
                            made.zeros("step/" + name, variable))));
            this.groups.add(new Group(group, List.copyOf(moments)));
        }
    }

    @Override
    public void step(Settings settings) {
        for (Group g : groups) {
            List<Optimization.Moments> reached =
                    g.moments.stream().filter(m -> m.variable().hasGrad()).toList();
            Optimization.adamW(
                    reached,
                    new Optimization.AdamW(
                            settings.rate(g.group),
                            settings.momentum(),
                            beta2,
                            eps,
                            settings.weightDecay() * g.group.decay()));
        }
    }

    @Override
    public void clear() {
        groups.forEach(g -> g.moments.forEach(m -> m.variable().clearGrad()));
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
