package io.github.dino4j.nn;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;

/**
 * Copies of another source's weights and buffers, float32: what is done to them leaves the others alone.
 *
 * @param arena owns the copies
 */
public record CopiedParameters(ParameterSource source, Arena arena) implements ForwardingSource {
    @Override
    public Tensor take(String name, Init init, long... shape) {
        return copy(source.take(name, init, shape));
    }

    @Override
    public Tensor read(String name, Init init, long... shape) {
        return take(name, init, shape);
    }

    @Override
    public Tensor buffer(String name, Init init, long... shape) {
        return copy(source.buffer(name, init, shape));
    }

    private Tensor copy(Tensor tensor) {
        return arena.keep(tensor.dtype() == DType.F32 ? tensor.copy() : tensor.to(DType.F32));
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }
}
