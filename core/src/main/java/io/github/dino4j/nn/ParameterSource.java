package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** Where {@link Parameters} come from: a checkpoint, a random draw, shapes alone. Not thread-safe. */
public interface ParameterSource extends AutoCloseable {
    /**
     * The weight of this name, owned by the source's arena.
     *
     * @param name full name, such as {@code blocks.0.attn.qkv.weight}
     * @param init how to draw it, if the source draws
     */
    Tensor take(String name, Init init, long... shape);

    /**
     * The same for a leaf that makes something else of it: the tensor need live no longer than the current scope, and the
     * leaf says whether all values are finite.
     */
    default Tensor read(String name, Init init, long... shape) {
        return take(name, init, shape);
    }

    /** The same for a table or statistic that no optimiser changes. */
    default Tensor buffer(String name, Init init, long... shape) {
        return take(name, init, shape);
    }

    /** A tensor from {@link #read} holds NaN or infinity. */
    default void notFinite(String name) {
        throw new IllegalArgumentException("'" + name + "' has NaN or infinite values");
    }

    /** Whether everything asked for so far was there, in its shape. */
    default boolean isComplete() {
        return true;
    }

    /** Ends the reading; what was kept stays. */
    @Override
    default void close() {}

    /** Notes that the weights under {@code second} are those under {@code first} again. */
    default void alias(String first, String second) {}

    /** Takes a tensor derived from weights into the model's arena. */
    Tensor keep(Tensor derived);
}
