package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.retrieve.RetrievalMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How well images were found again, and under which circumstances.
 *
 * @param protocol rules, depth of the rankings, whitening
 * @param levels metrics by name of the level; nothing is added to them any more
 */
public record RetrievalResult(
        LocalDate date,
        Evaluated data,
        Map<String, Object> protocol,
        Setup setup,
        Map<String, RetrievalMetrics> levels) {
    public RetrievalResult {
        protocol = Collections.unmodifiableMap(new LinkedHashMap<>(protocol));
        levels = Collections.unmodifiableMap(new LinkedHashMap<>(levels));
    }

    /** Mean of the levels' mean average precisions, those without queries left out. */
    public double map() {
        return levels.values().stream()
                .mapToDouble(RetrievalMetrics::map)
                .filter(map -> !Double.isNaN(map))
                .average()
                .orElse(Double.NaN);
    }

    /** {@code task}, {@code library}, {@code date}, {@code data}, {@code protocol}, {@code setup} and {@code metrics}. */
    public ObjectNode toJson() {
        ObjectNode metrics = new ObjectMapper().createObjectNode();
        ObjectNode tree = metrics.putObject("levels");
        levels.forEach((name, level) -> {
            ObjectNode one = tree.putObject(name);
            put(one, "map", level.map());
            ObjectNode at = one.putObject("precision_at");
            for (int i = 0; i < level.ks().size(); i++) {
                put(at, Integer.toString(level.ks().get(i)), level.precisionsAt()[i]);
            }
            one.put("queries", level.queries());
            one.put("queries_without_positives", level.withoutPositives());
        });
        put(metrics, "mean_map", map());
        return ResultJson.of("retrieval", date, data, protocol, setup, metrics);
    }

    /** JSON has no NaN; without queries a metric has no value. */
    private static void put(ObjectNode json, String key, double value) {
        if (Double.isNaN(value)) {
            json.putNull(key);
        } else {
            json.put(key, value);
        }
    }

    /** Writes {@link #toJson()}; the file is there whole or not at all. */
    public void writeJson(Path file) throws IOException {
        ResultJson.write(file, toJson());
    }

    /** The data set, then a line a level, in percent. */
    public String table() {
        StringBuilder text = new StringBuilder(ResultJson.heading(data, List.of()));
        levels.forEach((name, level) -> text.append(String.format(Locale.ROOT, "%-12s %s%n", name, level)));
        if (levels.size() > 1) {
            text.append(String.format(Locale.ROOT, "%-12s mAP %.2f %%%n", "mean", 100 * map()));
        }
        return text.toString();
    }
}
