package io.github.dino4j.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Scores of models and baselines on one data set by one protocol.
 *
 * @param title of data set and metric
 * @param protocol all on which the numbers depend
 * @param scores by name, in the order in which they were measured; several where what is scored was drawn several times
 */
public record Scoreboard(String title, Map<String, Object> protocol, Map<String, List<Double>> scores) {
    ObjectNode toJson() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("title", title);
        json.set("protocol", new ObjectMapper().valueToTree(protocol));
        json.set("scores", new ObjectMapper().valueToTree(scores));
        return json;
    }

    /** Mean, with the deviation where there are several: {@code 41.3 % ± 0.4}. */
    String shown(String name) {
        List<Double> all = scores.getOrDefault(name, List.of());
        double mean = all.stream().mapToDouble(s -> s).average().orElse(Double.NaN);
        double squares = all.stream().mapToDouble(s -> (s - mean) * (s - mean)).sum();
        return all.size() < 2
                ? "%.1f %%".formatted(100 * mean)
                : "%.1f %% ± %.1f".formatted(100 * mean, 100 * Math.sqrt(squares / (all.size() - 1)));
    }

    /** Rows for a table or the terminal. */
    public Map<String, String> table() {
        Map<String, String> rows = new LinkedHashMap<>();
        scores.keySet().forEach(name -> rows.put(name, shown(name)));
        return rows;
    }
}
