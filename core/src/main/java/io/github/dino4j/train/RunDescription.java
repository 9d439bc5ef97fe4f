package io.github.dino4j.train;

import io.github.dino4j.export.Fingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A run in words: all on which its results depend. A resumed run must be described alike; where only files and threads
 * differ it is the same run.
 *
 * @param fixed what must not change, by name
 */
record RunDescription(Map<String, String> fixed) {
    private static final int SAMPLES = 1000; // of a schedule

    static RunDescription of(TrainingTask<?> task, TrainingPlan plan, long iterations) {
        Map<String, String> fixed = new LinkedHashMap<>();
        fixed.put("task", task.title());
        fixed.putAll(new TreeMap<>(task.facts()));
        fixed.put("examples", examples(task.examples()));
        fixed.put("weights", weights(task.groups()));
        fixed.put("length", plan.length() + ", " + iterations + " updates");
        fixed.put("batch size", String.valueOf(plan.batchSize()));
        fixed.put("accumulation", String.valueOf(plan.accumulation()));
        fixed.put("last batch of an epoch", plan.dropLast() ? "dropped if not full" : "kept");
        fixed.put("optimizer", plan.optimizerTitle());
        fixed.put("learning rate", schedule(plan.schedules().rate(), iterations));
        fixed.put("last layer's learning rate", schedule(plan.schedules().lastLayerRate(), iterations));
        fixed.put("weight decay", schedule(plan.schedules().weightDecay(), iterations));
        fixed.put("momentum", schedule(plan.schedules().momentum(), iterations));
        fixed.put("gradient clipping", plan.clip().toString());
        fixed.put(
                "averaged weights",
                plan.averaging().isPresent() ? "decay " + plan.averaging().getAsDouble() : "none");
        fixed.put("evaluation", "every " + plan.evaluateEvery());
        fixed.put("patience", plan.patience() == 0 ? "unlimited" : plan.patience() + " evaluations");
        fixed.put("seed", String.valueOf(plan.seed()));
        return new RunDescription(fixed);
    }

    private static String examples(Examples<?> examples) {
        String names =
                IntStream.range(0, examples.size()).mapToObj(examples::name).collect(Collectors.joining("\0"));
        return examples.size() + ", names " + digest(names);
    }

    private static String weights(List<ParameterGroup> groups) {
        return groups.stream()
                .map(group -> group.name() + " (" + group.variables().size() + " weights, "
                        + digest(group.variables().entrySet().stream()
                                .map(entry -> entry.getKey()
                                        + Arrays.toString(entry.getValue().shape()))
                                .collect(Collectors.joining(" ")))
                        + "; rate x " + group.rate() + ", decay x " + group.decay()
                        + (group.lastLayer() ? ", last layer)" : ")"))
                .collect(Collectors.joining("; "));
    }

    /** A function has no name: its ends, and a digest of its values on the way. */
    private static String schedule(Schedule schedule, long iterations) {
        double first = schedule.at(0);
        double last = schedule.at(iterations - 1);
        long samples = Math.min(SAMPLES, iterations);
        StringBuilder values = new StringBuilder();
        boolean constant = true;
        for (long i = 0; i < samples; i++) {
            double value = schedule.at(i * iterations / samples);
            values.append(value).append(' ');
            constant &= value == first;
        }
        return constant && last == first
                ? String.valueOf(first)
                : first + " at first, " + last + " at last, values " + digest(values.toString());
    }

    private static String digest(String text) {
        String print = Fingerprint.of(text);
        return print.substring(print.indexOf(' ') + 1, print.indexOf(' ') + 13);
    }

    String fingerprint() {
        return Fingerprint.of(fixed.toString());
    }

    /** What another run has otherwise, in words. */
    List<String> differences(Map<String, String> before) {
        List<String> differences = new ArrayList<>();
        fixed.forEach((name, now) -> {
            String was = before.getOrDefault(name, "nothing");
            if (!was.equals(now)) {
                differences.add(name + " was '" + was + "' and is '" + now + "'");
            }
        });
        return differences;
    }
}
