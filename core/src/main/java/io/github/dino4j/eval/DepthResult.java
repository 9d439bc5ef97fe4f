package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.depth.DepthMetrics;
import io.github.dino4j.depth.DepthProtocol;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How far predicted depth is from measured depth over a data set, and under which circumstances.
 *
 * @param metresPerUnit of 16-bit files
 * @param mean over images
 * @param images the metrics of each, by the sample's name
 */
public record DepthResult(
        LocalDate date,
        Evaluated data,
        DepthProtocol protocol,
        double metresPerUnit,
        Setup setup,
        DepthMetrics mean,
        Map<String, DepthMetrics> images) {
    public DepthResult {
        images = Collections.unmodifiableMap(new LinkedHashMap<>(images));
    }

    /**
     * {@code task}, {@code library}, {@code date}, {@code data}, {@code protocol}, {@code setup} and {@code metrics}, in
     * which {@code mean} is over images and {@code images} has each. Two runs of the same thing differ in nothing but the
     * date.
     */
    public ObjectNode toJson() {
        Map<String, Object> rules = new LinkedHashMap<>();
        rules.put("range", Arrays.asList(protocol.minDepth(), protocol.maxDepth()));
        rules.put("crop", word(protocol.crop()));
        rules.put("alignment", word(protocol.alignment()));
        rules.put("metres_per_unit", metresPerUnit);
        rules.put("compared_at", "the truth's size");
        rules.put("averaging", "metrics of each image, then their mean over images");
        Map<String, Object> each = new LinkedHashMap<>();
        images.forEach((name, metrics) -> each.put(name, metrics.toMap()));
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("mean", mean.toMap());
        metrics.put("images", each);
        return ResultJson.of("depth", date, data, rules, setup, ResultJson.tree(metrics));
    }

    /** Writes {@link #toJson()}; the file is there whole or not at all. */
    public void writeJson(Path file) throws IOException {
        ResultJson.write(file, toJson());
    }

    /** The data set and the protocol, then the means over images. */
    public String table() {
        String rules = String.format(
                Locale.ROOT,
                "compared from %s to %s m, crop %s, alignment %s, %,d pixels",
                protocol.minDepth(),
                protocol.maxDepth(),
                word(protocol.crop()),
                word(protocol.alignment()),
                mean.pixels());
        return ResultJson.heading(data, List.of(rules)) + mean.table();
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
