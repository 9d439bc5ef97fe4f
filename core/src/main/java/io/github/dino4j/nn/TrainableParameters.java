package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Weights of another source, those whose name passes as variables that gradients reach. Buffers never learn. */
public final class TrainableParameters implements ForwardingSource {
    private final ParameterSource source;
    private final Predicate<String> learns;
    private final Map<String, Tensor> variables = new LinkedHashMap<>();

    public TrainableParameters(ParameterSource source, Predicate<String> learns) {
        this.source = source;
        this.learns = learns;
    }

    @Override
    public ParameterSource source() {
        return source;
    }

    @Override
    public Tensor take(String name, Init init, long... shape) {
        Tensor weight = source.take(name, init, shape);
        if (learns.test(name)) {
            variables.put(name, weight.learn());
        }
        return weight;
    }

    /** A leaf that makes something else of a weight that learns gets the variable; of others it need not be kept. */
    @Override
    public Tensor read(String name, Init init, long... shape) {
        return learns.test(name) ? take(name, init, shape) : source.read(name, init, shape);
    }

    /** The variables by name, in the order in which layers asked for them. */
    public Map<String, Tensor> variables() {
        return Collections.unmodifiableMap(variables);
    }
}
