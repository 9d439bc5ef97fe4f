package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The weights and buffers of another source, noted under their names as layers ask for them: what a file of them holds. */
public final class NamedParameters implements ParameterSource {
    private final ParameterSource source;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    public NamedParameters(ParameterSource source) {
        this.source = source;
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

    /** Not noted: the leaf makes something else of it, and the weight itself is gone. */
    @Override
    public Tensor read(String name, Init init, long... shape) {
        return source.read(name, init, shape);
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

    /** The tensors by name, in the order in which layers asked for them; they live as long as the source's arena. */
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }
}
