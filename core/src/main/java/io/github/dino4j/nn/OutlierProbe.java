package io.github.dino4j.nn;

import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Measures what rounding to int8 would do to the inputs of each linear layer while a model runs in bfloat16. DINOv3 has
 * channels and tokens far larger than the rest; where they widen the range so much that the others drown in the rounding,
 * the layer's channels are balanced, and if that does not help, it stays in bfloat16.
 *
 * <p>The measure of a layer: the largest error of a token's input, relative to the length of that input. Thread-safe.
 */
public final class OutlierProbe {
    /** Largest error of a layer that may run in int8 as it is. Normally distributed inputs lie at 0.01 to 0.02. */
    static final double LIMIT = 0.035;

    private final Map<String, float[]> factors;
    private final Map<String, Double> errors = new TreeMap<>();
    private final Map<String, float[]> largest = new HashMap<>();

    /** A probe of layers as they are. */
    public OutlierProbe() {
        this(Map.of());
    }

    /** A probe of layers whose input channels are divided by these factors before they are rounded. */
    public OutlierProbe(Map<String, float[]> factors) {
        this.factors = factors;
    }

    /** Notes an input [rows, in] of the layer {@code name}. */
    void observe(String name, Tensor x) {
        double error;
        float[] channels;
        try (Scope scope = Scope.open()) {
            Tensor rounded;
            float[] by = factors.get(name);
            if (by == null) {
                rounded = PackedWeight.rounded(x);
            } else {
                Tensor factor = Tensor.of(by, by.length);
                rounded = PackedWeight.rounded(x.div(factor)).mul(factor);
            }
            Tensor length = x.square().sum(false, 1).clampMin(Float.MIN_NORMAL);
            Tensor relative = x.sub(rounded).square().sum(false, 1).div(length);
            error = Math.sqrt(relative.amax(0).item());
            channels = x.abs().amax(0).toFloats();
        }
        synchronized (errors) {
            errors.merge(name, error, Math::max);
            largest.merge(name, channels, OutlierProbe::larger);
        }
    }

    private static float[] larger(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] = Math.max(a[i], b[i]);
        }
        return a;
    }

    /** The measure by layer, such as {@code blocks.3.mlp.fc2}. */
    public Map<String, Double> errors() {
        synchronized (errors) {
            return new TreeMap<>(errors);
        }
    }

    /** Layers beyond the limit. */
    public Set<String> outliers() {
        return errors().entrySet().stream()
                .filter(e -> !(e.getValue() <= LIMIT))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Factors that balance the channels of those layers: the square root of a channel's largest value against the mean,
     * which leaves half of the outlier to the weights.
     */
    public Map<String, float[]> balancing() {
        Map<String, float[]> result = new HashMap<>();
        synchronized (errors) {
            for (String name : outliers()) {
                float[] channels = Objects.requireNonNull(largest.get(name));
                double mean = 0;
                for (float value : channels) {
                    mean += value / channels.length;
                }
                float[] factor = new float[channels.length];
                for (int i = 0; i < factor.length; i++) {
                    factor[i] = (float) Math.sqrt(Math.max(channels[i], 1e-3 * mean) / Math.max(mean, 1e-30));
                }
                result.put(name, factor);
            }
        }
        return result;
    }
}
