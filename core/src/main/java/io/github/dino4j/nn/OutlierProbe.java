package io.github.dino4j.nn;

import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Measures what rounding to int8 would do to the inputs of each linear layer while a model runs in bfloat16. DINOv3 has
 * channels and tokens far larger than the rest; where they widen the range so much that other tokens drown in the
 * rounding, the layer stays in bfloat16.
 *
 * <p>The measure of a layer: the largest error of a token's input, relative to the length of that input. Thread-safe.
 */
public final class OutlierProbe {
    /**
     * Largest error of a layer that may run in int8. Inputs without outliers, normally distributed, lie at 0.01 to 0.02;
     * with a tenth, a token's features turn by some 0.001 in cosine over the depth of a ViT-L.
     */
    static final double LIMIT = 0.025;

    private final Map<String, Double> errors = new TreeMap<>();

    /** Notes an input [rows, in] of the layer {@code name}. */
    void observe(String name, Tensor x) {
        double error;
        try (Scope scope = Scope.open()) {
            Tensor difference = x.sub(PackedWeight.rounded(x));
            Tensor length = x.square().sum(false, 1).clampMin(Float.MIN_NORMAL);
            Tensor relative = difference.square().sum(false, 1).div(length);
            error = Math.sqrt(relative.amax(0).item());
        }
        synchronized (errors) {
            errors.merge(name, error, Math::max);
        }
    }

    /** The measure by layer, such as {@code blocks.3.mlp.fc2}. */
    public Map<String, Double> errors() {
        synchronized (errors) {
            return new TreeMap<>(errors);
        }
    }

    /** Layers that must stay in bfloat16. */
    public Set<String> outliers() {
        return errors().entrySet().stream()
                .filter(e -> !(e.getValue() <= LIMIT))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
