package io.github.dino4j.tensor;

import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/** Plain gradient descent, for tests of what gradients there are. */
public final class Descent {
    private final List<Tensor> variables;

    public Descent(Collection<Tensor> variables) {
        this.variables = List.copyOf(variables);
    }

    /** One step; gradients are forgotten. */
    public void step(double rate) {
        step(gradient -> gradient.mul(rate));
    }

    /** One step of the same length for each value. */
    public void signStep(double rate) {
        step(gradient -> gradient.div(gradient.abs().add(1e-12)).mul(rate));
    }

    private void step(UnaryOperator<Tensor> change) {
        try (Scope scope = Scope.inference()) {
            for (Tensor variable : variables) {
                if (variable.handle().grad().defined()) {
                    Tensor gradient = variable.grad();
                    variable.write(variable.sub(change.apply(gradient)));
                    gradient.write(gradient.mul(0));
                }
            }
        }
    }

    /** Seeds the engine's generator. */
    public static void seed(long seed) {
        org.bytedeco.pytorch.global.torch.manual_seed(seed);
    }
}
