package io.github.dino4j.train;

import io.github.dino4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Variables that an optimiser treats alike.
 *
 * @param name for logs, such as {@code "head, without weight decay"}
 * @param variables by their full names
 * @param rate factor of the learning rate
 * @param decay factor of the weight decay
 * @param lastLayer whether they follow the last layer's learning rate (DINO, arXiv:2104.14294, freezes it at first)
 */
public record ParameterGroup(String name, Map<String, Tensor> variables, double rate, double decay, boolean lastLayer) {
    public ParameterGroup {
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** All alike. */
    public static ParameterGroup of(String name, Map<String, Tensor> variables) {
        return new ParameterGroup(name, variables, 1, 1, false);
    }
}
