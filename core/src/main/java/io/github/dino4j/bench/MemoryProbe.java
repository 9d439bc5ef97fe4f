package io.github.dino4j.bench;

import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one precision of a model takes, seen from outside: a process that loads it and runs it, and nothing else. Within
 * the process that compares, precisions would use each other's freed memory.
 */
public final class MemoryProbe {
    private MemoryProbe() {}

    /** Runs the configurations, all of one precision, in another process; none where that fails. */
    static Map<Configuration, Long> peaks(
            Path checkpoint, LoadOptions options, List<Configuration> configurations, Consumer<String> progress) {
        List<Configuration> ascending = configurations.stream()
                .sorted(Comparator.comparingLong(
                        c -> (long) c.batch() * c.size().height() * c.size().width()))
                .toList();
        List<String> arguments = new ArrayList<>(List.of(
                checkpoint.toString(),
                options.model().orElse("-"),
                configurations.get(0).precision().name()));
        for (Configuration c : ascending) {
            arguments.add(c.size().height() + "x" + c.size().width() + "x" + c.batch() + "x" + c.threads());
        }
        Map<Configuration, Long> peaks = new LinkedHashMap<>();
        try {
            List<String> lines = JavaProcess.run(MemoryProbe.class, arguments);
            if (lines.size() != ascending.size()) {
                progress.accept("memory could not be measured: of " + ascending.size() + " configurations "
                        + lines.size() + " ran");
                return peaks;
            }
            for (int i = 0; i < lines.size(); i++) {
                peaks.put(ascending.get(i), Long.parseLong(lines.get(i)));
            }
        } catch (IOException e) {
            progress.accept("memory could not be measured: " + e.getMessage());
        }
        return peaks;
    }

    /** Arguments: checkpoint, model or -, precision, then HEIGHTxWIDTHxBATCHxTHREADS from small to large. */
    public static void main(String[] arguments) {
        LoadOptions options = LoadOptions.DEFAULT.withPrecision(Precision.valueOf(arguments[2]));
        try (Model model = Model.load(
                Path.of(arguments[0]), arguments[1].equals("-") ? options : options.withModel(arguments[1]))) {
            for (int i = 3; i < arguments.length; i++) {
                List<Integer> numbers = Arrays.stream(arguments[i].split("x"))
                        .map(Integer::valueOf)
                        .toList();
                Configuration c = new Configuration(
                        options.precision(),
                        new InputSize(numbers.get(0), numbers.get(1)),
                        numbers.get(2),
                        numbers.get(3));
                System.out.println(peak(model, c));
            }
        }
    }

    private static long peak(Model model, Configuration c) {
        try (Arena arena = new Arena()) {
            Forward forward = Forward.of(arena, model, c);
            System.gc();
            forward.begin();
            return MemoryPeak.during(() -> {
                forward.call();
                forward.call();
            });
        }
    }
}
