package io.github.dino4j.segment;

import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Tensor;

/** Weights of 1, biases and means of 0: convolutions sum up, norms leave values alone. */
record WeightsOfOne(Arena arena) implements ParameterSource {
    @Override
    public Tensor take(String name, Init init, long... shape) {
        boolean one = name.endsWith(".weight") || name.endsWith(".running_var");
        return arena.keep(Tensor.full(one ? 1 : 0, DType.F32, Device.CPU, shape));
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }
}
