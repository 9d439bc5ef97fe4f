package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** A source of weights in front of another one: what it does not change, that one answers. */
interface ForwardingSource extends ParameterSource {
    /** The one behind. */
    ParameterSource source();

    @Override
    default Tensor take(String name, Init init, long... shape) {
        return source().take(name, init, shape);
    }

    @Override
    default Tensor read(String name, Init init, long... shape) {
        return source().read(name, init, shape);
    }

    @Override
    default Tensor buffer(String name, Init init, long... shape) {
        return source().buffer(name, init, shape);
    }

    @Override
    default void notFinite(String name) {
        source().notFinite(name);
    }

    @Override
    default boolean isComplete() {
        return source().isComplete();
    }

    @Override
    default void alias(String first, String second) {
        source().alias(first, second);
    }

    @Override
    default Tensor keep(Tensor derived) {
        return source().keep(derived);
    }

    @Override
    default void close() {
        source().close();
    }
}
