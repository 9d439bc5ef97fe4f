package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** The weights of another source, drawn in ways of their own where that one draws. */
record DrawnParameters(ParameterSource source, Init weight, Init bias) implements ForwardingSource {
    @Override
    public Tensor take(String name, Init init, long... shape) {
        return source.take(name, own(name, init), shape);
    }

    @Override
    public Tensor read(String name, Init init, long... shape) {
        return source.read(name, own(name, init), shape);
    }

    private Init own(String name, Init otherwise) {
        return name.endsWith(".weight") ? weight : name.endsWith(".bias") ? bias : otherwise;
    }
}
