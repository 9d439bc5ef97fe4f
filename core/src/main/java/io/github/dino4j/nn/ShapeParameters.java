package io.github.dino4j.nn;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Weights without values: lists what a model asks for, and lets it run on shapes alone. */
public final class ShapeParameters implements ParameterSource {
    private final Arena arena;
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    public ShapeParameters(Arena arena) {
        this.arena = arena;
    }

    @Override
    public Tensor take(String name, Init init, long... shape) {
        shapes.put(name, shape.clone());
        return arena.keep(Tensor.empty(DType.F32, Device.META, shape));
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }

    /** Name and shape of every weight asked for so far, in order. */
    public Map<String, long[]> shapes() {
        return Collections.unmodifiableMap(shapes);
    }
}
