package io.github.dino4j.bench;

import io.github.dino4j.predict.LoadOptions.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a benchmark found.
 *
 * @param title of the model
 * @param rounds over which minima and medians are taken
 * @param leftOut precisions that were asked for and could not be measured
 */
public record Report(Machine machine, String title, int rounds, List<Row> rows, List<LeftOut> leftOut) {
    public Report {
        rows = List.copyOf(rows);
        leftOut = List.copyOf(leftOut);
    }

    /** A precision without rows. */
    public record LeftOut(Precision precision, String reason) {
        @Override
        public String toString() {
            return name(precision) + " left out: " + reason;
        }
    }

    /**
     * One configuration. Rates are those of the shortest time, as the ceiling's is.
     *
     * @param times of one call, the whole batch
     * @param macs multiply-adds of one image
     * @param ceiling floating-point operations a second of a large matrix product in this type, if it is known
     * @param memory the most bytes that a process of its own holds while it runs this, Java and mapped file included;
     *     empty where it was not measured
     * @param drift from the plain float32 path; none for that itself
     */
    public record Row(
            Configuration configuration,
            Times times,
            long macs,
            OptionalDouble ceiling,
            OptionalLong memory,
            Optional<Drift> drift) {

        /** Shortest milliseconds an image. */
        public double minMillis() {
            return 1e3 * times.min() / configuration.batch();
        }

        /** Median milliseconds an image. */
        public double medianMillis() {
            return 1e3 * times.median() / configuration.batch();
        }

        public double imagesPerSecond() {
            return configuration.batch() / times.min();
        }

        /** Floating-point operations a second, two for each multiply-add. */
        public double flops() {
            return 2.0 * macs * configuration.batch() / times.min();
        }

        /** Share of the ceiling. */
        public OptionalDouble share() {
            return ceiling.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(flops() / ceiling.getAsDouble());
        }
    }

    private static final List<String> HEADING = List.of(
            "precision",
            "size",
            "batch",
            "threads",
            "ms/image",
            "median",
            "images/s",
            "GFLOP/s",
            "% of GEMM",
            "MB",
            "max diff",
            "cosine",
            "worst",
            "same nearest");

    /** The table as text, a row of headings first. */
    public List<List<String>> cells() {
        List<List<String>> table = new ArrayList<>();
        table.add(HEADING);
        for (Row row : rows) {
            Configuration c = row.configuration();
            Optional<Drift> drift = row.drift();
            table.add(List.of(
                    name(c.precision()),
                    c.size().toString(),
                    Integer.toString(c.batch()),
                    Integer.toString(c.threads()),
                    number("%.2f", row.minMillis()),
                    number("%.2f", row.medianMillis()),
                    number("%.1f", row.imagesPerSecond()),
                    number("%.1f", row.flops() / 1e9),
                    row.share().isPresent() ? number("%.0f", 100 * row.share().getAsDouble()) : "-",
                    row.memory().isPresent() ? number("%.0f", row.memory().getAsLong() / 1e6) : "-",
                    drift.map(d -> number("%.1e", d.maxAbs())).orElse("-"),
                    drift.map(d -> number("%.6f", d.cosine())).orElse("-"),
                    drift.map(d -> number("%.6f", d.worstCosine())).orElse("-"),
                    drift.map(d -> number("%.3f", d.neighbours())).orElse("-")));
        }
        return table;
    }

    /** Everything, unrounded, for JSON. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("model", title);
        map.put("machine", machine.toMap());
        map.put("rounds", rounds);
        map.put(
                "rows",
                rows.stream()
                        .map(Report::toMap)
                        .peek(row -> row.values().removeIf(value -> value == NOTHING))
                        .toList());
        if (!leftOut.isEmpty()) {
            map.put(
                    "leftOut",
                    leftOut.stream()
                            .map(l -> Map.of("precision", name(l.precision()), "reason", l.reason()))
                            .toList());
        }
        return map;
    }

    /** Everything as comma-separated values with a line of headings; empty where there is no value. */
    public String csv() {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            Map<String, Object> map = toMap(row);
            if (text.length() == 0) {
                text.append(String.join(",", map.keySet())).append('\n');
            }
            text.append(String.join(
                            ",",
                            map.values().stream()
                                    .map(value -> value == NOTHING ? "" : value.toString())
                                    .toList()))
                    .append('\n');
        }
        return text.toString();
    }

    private static final Object NOTHING = Optional.empty();

    private static Map<String, Object> toMap(Row row) {
        Configuration c = row.configuration();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("precision", name(c.precision()));
        map.put("height", c.size().height());
        map.put("width", c.size().width());
        map.put("batch", c.batch());
        map.put("threads", c.threads());
        map.put("millisMin", row.minMillis());
        map.put("millisMedian", row.medianMillis());
        map.put("imagesPerSecond", row.imagesPerSecond());
        map.put("gflopsPerImage", 2e-9 * row.macs());
        map.put("gflopsPerSecond", row.flops() / 1e9);
        map.put("ceilingGflopsPerSecond", value(row.ceiling(), 1e-9));
        map.put("shareOfCeiling", value(row.share(), 1));
        map.put("memoryBytes", row.memory().isPresent() ? (Object) row.memory().getAsLong() : NOTHING);
        map.put("driftImages", row.drift().map(d -> (Object) d.images()).orElse(NOTHING));
        map.put("maxAbs", row.drift().map(d -> (Object) d.maxAbs()).orElse(NOTHING));
        map.put("cosine", row.drift().map(d -> (Object) d.cosine()).orElse(NOTHING));
        map.put("worstCosine", row.drift().map(d -> (Object) d.worstCosine()).orElse(NOTHING));
        map.put("sameNearest", row.drift().map(d -> (Object) d.neighbours()).orElse(NOTHING));
        return map;
    }

    private static Object value(OptionalDouble value, double factor) {
        return value.isPresent() ? factor * value.getAsDouble() : NOTHING;
    }

    private static String name(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
