package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The weights and buffers of another source, noted under their names as layers ask for them: what a file of them holds. */
public final class NamedParameters implements ForwardingSource {
    private final ParameterSource source;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    public NamedParameters(ParameterSource source) {
        this.source = source;
    }

    @Override
    public ParameterSource source() {
        return source;
    }

    @Override
    public Tensor take(String name, Init init, long... shape) {
        return noted(name, source.take(name, init, shape));
    }

    @Override
    public Tensor buffer(String name, Init init, long... shape) {
        return noted(name, source.buffer(name, init, shape));
    }

    private Tensor noted(String name, Tensor tensor) {
        tensors.put(name, tensor);
        return tensor;
    }

    /** The tensors by name, in the order in which layers asked for them; they live as long as the source's arena. */
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }
}
