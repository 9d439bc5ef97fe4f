package io.github.dino4j.weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was done to a file to make official weights of it. {@link #toString()} is for people, {@link #toMap()} for JSON.
 *
 * @param topLevel the key whose dict was taken, "teacher" for example
 * @param prefix stripped from the backbone's names, "" if none
 * @param dropped tensors known to be of no use
 * @param extras tensors that are not the backbone's (heads), kept apart
 * @param warnings what the user should know before trusting the result
 */
public record Explanation(
        Path path,
        Container container,
        Optional<String> topLevel,
        Naming naming,
        String prefix,
        List<Step> steps,
        List<String> dropped,
        List<String> extras,
        List<String> warnings) {

    /** One rule of the table and how many tensors of the file it took. */
    public record Step(String action, String rule, int tensors) {}

    public Explanation {
        steps = List.copyOf(steps);
        dropped = List.copyOf(dropped);
        extras = List.copyOf(extras);
        warnings = List.copyOf(warnings);
    }

    /** The same as nested maps and lists of texts and numbers. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("path", path.toString());
        map.put("container", container.label());
        topLevel.ifPresent(key -> map.put("topLevel", key));
        map.put("naming", naming.label());
        map.put("prefix", prefix);
        map.put(
                "steps",
                steps.stream()
                        .map(step -> Map.of("action", step.action(), "rule", step.rule(), "tensors", step.tensors()))
                        .toList());
        map.put("dropped", dropped);
        map.put("extras", extras);
        map.put("warnings", warnings);
        return map;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(path).append(": ").append(container.label()).append('\n');
        topLevel.ifPresent(key -> text.append("  taken:   '").append(key).append("' of the saved dict\n"));
        text.append("  naming:  ").append(naming.label()).append('\n');
        if (!prefix.isEmpty()) {
            text.append("  prefix:  '").append(prefix).append("' stripped\n");
        }
        for (Step step : steps) {
            text.append(String.format("  %-9s%4d  %s%n", step.action(), step.tensors(), step.rule()));
        }
        list(text, "dropped", "of no use", dropped);
        list(text, "apart", "not the backbone's", extras);
        warnings.forEach(warning -> text.append("  warning: ").append(warning).append('\n'));
        return text.toString();
    }

    private static void list(StringBuilder text, String label, String why, List<String> names) {
        if (!names.isEmpty()) {
            text.append(String.format("  %-9s%4d  %s: %s%n", label, names.size(), why, StateDict.quoted(names, 12)));
        }
    }
}
