package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.classify.ClassificationMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well images were classified, and under which circumstances.
 *
 * @param protocol the method with everything on which its numbers depend
 * @param metrics belongs to the result: nothing is added to it any more
 */
public record ClassificationResult(
        LocalDate date, Evaluated data, Map<String, Object> protocol, Setup setup, ClassificationMetrics metrics) {
    public ClassificationResult {
        protocol = Collections.unmodifiableMap(new LinkedHashMap<>(protocol));
    }

    /** {@code task}, {@code library}, {@code date}, {@code data}, {@code protocol}, {@code setup} and {@code metrics}. */
    public ObjectNode toJson() {
        return ResultJson.of("classification", date, data, protocol, setup, metrics.toJson());
    }

    /** Writes {@link #toJson()}; the file is there whole or not at all. */
    public void writeJson(Path file) throws IOException {
        ResultJson.write(file, toJson());
    }

    /** The data set, then the metrics of each class and of the whole in percent. */
    public String table() {
        return ResultJson.heading(data, List.of()) + metrics.table();
    }
}
