package io.github.dino4j.train;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Map;

/** Makes the state of an optimiser by name, after a look at the variables that it belongs to. */
record OptimizerState(Arena arena, Map<String, Tensor> state) {
    /** Zeros that live as long as the optimiser. */
    Tensor zeros(String name, Tensor variable, long... shape) {
        if (!variable.learns() || !variable.isContiguous()) {
            throw new IllegalArgumentException("'" + name.substring(name.indexOf('/') + 1) + "', "
                    + variable.describe()
                    + (variable.learns()
                            ? ", has gaps in memory; give the optimiser a contiguous tensor"
                            : ", takes no gradients; call learn() on it, or leave it out of the groups"));
        }
        try (Scope scope = Scope.inference()) {
            Tensor zeros = arena.keep(Tensor.full(0, DType.F32, Device.CPU, shape));
            if (state.put(name, zeros) != null) {
                throw new IllegalArgumentException("'" + name.substring(name.indexOf('/') + 1)
                        + "' stands in the groups twice; each variable belongs to one");
            }
            return zeros;
        }
    }
}
