package io.github.dino4j.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tensor name with holes. {@code {i}}, {@code {j}} and {@code {c}} stand for a number, {@code {wb}} for weight or
 * bias, {@code {bn}} for the five tensors of a batch norm, {@code {rest}} for anything.
 */
final class Template {
    private static final Pattern HOLE = Pattern.compile("\\{([a-z]+)}");
    private static final Map<String, String> HOLES = Map.of(
            "i", "\\d+",
            "j", "\\d+",
            "c", "\\d+",
            "wb", "weight|bias",
            "bn", "weight|bias|running_mean|running_var|num_batches_tracked",
            "rest", ".+");

    private final String text;
    private final Pattern pattern;
    private final List<String> holes = new ArrayList<>();

    Template(String text) {
        this.text = text;
        StringBuilder regex = new StringBuilder();
        Matcher matcher = HOLE.matcher(text);
        int from = 0;
        while (matcher.find()) {
            String hole = matcher.group(1);
            String values = HOLES.get(hole);
            if (values == null) {
                throw new IllegalArgumentException("unknown hole in '" + text + "'");
            }
            regex.append(Pattern.quote(text.substring(from, matcher.start())));
            regex.append('(').append(values).append(')');
            holes.add(hole);
            from = matcher.end();
        }
        pattern = Pattern.compile(regex + Pattern.quote(text.substring(from)));
    }

    /** What stands in the holes of {@code name}; empty if it does not fit. */
    Optional<Map<String, String>> match(String name) {
        Matcher matcher = pattern.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < holes.size(); i++) {
            values.put(holes.get(i), matcher.group(i + 1));
        }
        return Optional.of(values);
    }

    String fill(Map<String, String> values) {
        String name = text;
        for (Map.Entry<String, String> value : values.entrySet()) {
            name = name.replace("{" + value.getKey() + "}", value.getValue());
        }
        return name;
    }

    @Override
    public String toString() {
        return text;
    }
}
