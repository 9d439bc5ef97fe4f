package io.github.dino4j.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a batch gave.
 *
 * @param total what was minimised
 * @param parts of it by name, for curves; may be empty
 */
public record Losses(double total, Map<String, Double> parts) {
    public Losses {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    public static Losses of(double total) {
        return new Losses(total, Map.of());
    }
}
