package io.github.dino4j.tensor;

import java.util.Collection;
import java.util.List;

/** Plain gradient descent, for tests of what gradients there are. */
public final class Descent {
    private final List<Tensor> variables;

    public Descent(Collection<Tensor> variables) {
        this.variables = List.copyOf(variables);
    }

    /** One step; gradients are forgotten. */
    public void step(double rate) {
        try (Scope scope = Scope.inference()) {
            for (Tensor variable : variables) {
                if (variable.handle().grad().defined()) {
                    Tensor gradient = variable.grad();
                    variable.write(variable.sub(gradient.mul(rate)));
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
