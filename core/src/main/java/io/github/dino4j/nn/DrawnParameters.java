package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** The weights of another source, drawn in ways of their own where that one draws. */
record DrawnParameters(ParameterSource source, Init weight, Init bias) implements ParameterSource {
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

    @Override
    public Tensor buffer(String name, Init init, long... shape) {
        return source.buffer(name, init, shape);
    }

    @Override
    public void notFinite(String name) {
        source.notFinite(name);
    }

    @Override
    public boolean isComplete() {
        return source.isComplete();
    }

    @Override
    public void alias(String first, String second) {
        source.alias(first, second);
    }

    @Override
    public Tensor keep(Tensor derived) {
        return source.keep(derived);
    }

    @Override
    public void close() {
        source.close();
    }
}
