package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * A cursor into a model's weights, like a path: {@code p.at("blocks").at(3).linear("fc1", 384, 1536, Bias.FULL)}.
 *
 * <p>A layer's constructor names its weights and their shapes once, and that one act is loading, drawing at random,
 * checking and listing, as the {@link ParameterSource} behind the cursor has it. Immutable.
 */
public final class Parameters {
    private final ParameterSource source;
    private final String prefix;

    private Parameters(ParameterSource source, String prefix) {
        this.source = source;
        this.prefix = prefix;
    }

    public static Parameters of(ParameterSource source) {
        return new Parameters(source, "");
    }

    /** The cursor one name further down. */
    public Parameters at(String name) {
        return new Parameters(source, prefix + name + ".");
    }

    public Parameters at(int index) {
        return at(Integer.toString(index));
    }

    /** The weight {@code name} of this shape. */
    public Tensor tensor(String name, Init init, long... shape) {
        return source.take(prefix + name, init, shape);
    }

    /** Says that the official names list the weights under {@code first} a second time, under {@code second}. */
    public void alias(String first, String second) {
        source.alias(prefix + first + ".", prefix + second + ".");
    }

    /** Takes a tensor computed from weights (folded, masked) into the model, so that it lives as long. */
    public Tensor keep(Tensor derived) {
        return source.keep(derived);
    }

    /** The leaf for x W^T + b: weights {@code name.weight} [out, in] and, by {@code bias}, {@code name.bias} [out]. */
    public Linear linear(String name, int in, int out, Bias bias) {
        return new DenseLinear(at(name), in, out, bias);
    }
}
