package io.github.dino4j.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metrics of a validation.
 *
 * @param values by name, such as {@code mIoU}
 * @param chief the one by which checkpoints are compared; one of {@code values}
 * @param largerIsBetter of the chief one
 * @param protocol everything on which the values depend, as JSON has values: data, sizes, rules
 */
public record Scores(Map<String, Double> values, String chief, boolean largerIsBetter, Map<String, Object> protocol) {
    public Scores {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        protocol = Collections.unmodifiableMap(new LinkedHashMap<>(protocol));
        if (!values.containsKey(chief)) {
            throw new IllegalArgumentException("'" + chief + "' is not among the metrics " + values.keySet());
        }
    }

    public double chiefValue() {
        return values.getOrDefault(chief, Double.NaN);
    }

    /** Whether this chief value is better than another one; nothing is better than NaN, which is worse than everything. */
    public boolean isBetterThan(double other) {
        double own = chiefValue();
        return !Double.isNaN(own) && (Double.isNaN(other) || (largerIsBetter ? own > other : own < other));
    }
}
