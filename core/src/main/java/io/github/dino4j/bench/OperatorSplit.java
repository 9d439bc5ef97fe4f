package io.github.dino4j.bench;

import io.github.dino4j.tensor.Profile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How one forward pass splits by operator.
 *
 * @param seconds of the whole pass on the clock
 * @param operators of one pass, the longest first; on several threads their seconds can add up to more than the pass
 */
public record OperatorSplit(Configuration configuration, double seconds, List<Operator> operators) {
    /**
     * One operator of one pass.
     *
     * @param share of the time of all operators
     */
    public record Operator(String name, double calls, double seconds, double share, double macs) {
        /** Floating-point operations a second; 0 where multiply-adds are not counted. */
        public double flops() {
            return seconds == 0 ? 0 : 2 * macs / seconds;
        }
    }

    static OperatorSplit of(Configuration configuration, int passes, double seconds, List<Profile.Entry> entries) {
        double total = entries.stream().mapToDouble(Profile.Entry::seconds).sum();
        return new OperatorSplit(
                configuration,
                seconds / passes,
                entries.stream()
                        .map(e -> new Operator(
                                e.operator(),
                                (double) e.calls() / passes,
                                e.seconds() / passes,
                                total == 0 ? 0 : e.seconds() / total,
                                (double) e.macs() / passes))
                        .toList());
    }

    /** The table as text, a row of headings first. */
    public List<List<String>> cells() {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of("operator", "calls", "ms", "% of time", "GFLOP/s"));
        for (Operator operator : operators) {
            table.add(List.of(
                    operator.name(),
                    number("%.0f", operator.calls()),
                    number("%.3f", 1e3 * operator.seconds()),
                    number("%.1f", 100 * operator.share()),
                    operator.macs() == 0 ? "-" : number("%.1f", operator.flops() / 1e9)));
        }
        return table;
    }

    /** For JSON. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("precision", configuration.precision().name().toLowerCase(Locale.ROOT));
        map.put("height", configuration.size().height());
        map.put("width", configuration.size().width());
        map.put("batch", configuration.batch());
        map.put("threads", configuration.threads());
        map.put("millis", 1e3 * seconds);
        map.put(
                "operators",
                operators.stream()
                        .map(o -> Map.of(
                                "operator", o.name(),
                                "calls", o.calls(),
                                "millis", 1e3 * o.seconds(),
                                "share", o.share(),
                                "gflopsPerSecond", o.flops() / 1e9))
                        .toList());
        return map;
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
