package io.github.dino4j.bench;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.Reference;
import io.github.dino4j.tensor.Arena;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * What one precision of a model takes, seen from outside: a process that loads it and runs it, and nothing else. Within
 * the process that compares, precisions would use each other's freed memory.
 */
public final class MemoryProbe {
    private static final Path PEAK_RESET = Path.of("/proc/self/clear_refs");

    private MemoryProbe() {}

    /** Runs the configurations, all of one precision, in another process; none where that fails. */
    static Map<Configuration, Long> peaks(
            Path checkpoint, LoadOptions options, List<Configuration> configurations, Consumer<String> progress) {
        List<Configuration> ascending = configurations.stream()
                .sorted(Comparator.comparingLong(
                        c -> (long) c.batch() * c.size().height() * c.size().width()))
                .toList();
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryProbe.class.getName(),
                checkpoint.toString()));
        line.addAll(words(options.withPrecision(configurations.get(0).precision())));
        for (Configuration c : ascending) {
            line.add(c.size().height() + "x" + c.size().width() + "x" + c.batch() + "x" + c.threads());
        }
        Map<Configuration, Long> peaks = new LinkedHashMap<>();
        try {
            Process process = new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (process.waitFor() != 0 || lines.size() != ascending.size()) {
                progress.accept("memory could not be measured: " + String.join(" ", line) + " fails");
                return peaks;
            }
            for (int i = 0; i < lines.size(); i++) {
                peaks.put(ascending.get(i), Long.parseLong(lines.get(i)));
            }
        } catch (IOException e) {
            progress.accept("memory could not be measured: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return peaks;
    }

    private static final String OPEN = "-";

    /** Number of {@link #words}. */
    private static final int WORDS = 9;

    /** All that {@link LoadOptions} say, as arguments of a process. */
    static List<String> words(LoadOptions o) {
        return List.of(
                o.model().orElse(OPEN),
                o.part().orElse(OPEN),
                o.heads().isPresent() ? Integer.toString(o.heads().getAsInt()) : OPEN,
                o.reference().name(),
                o.periods().name(),
                o.memory().name(),
                o.precision().name(),
                o.depth()
                        .map(depth -> depth instanceof DepthFusion.Widened widened
                                ? widened.start().name()
                                : DepthFusion.BRANCH)
                        .orElse(OPEN),
                o.depth().map(depth -> depth.normalisation().text()).orElse(OPEN));
    }

    /** The inverse of {@link #words}. */
    static LoadOptions options(List<String> words) {
        Optional<DepthNormalisation> normalisation = said(words.get(8)).flatMap(DepthNormalisation::parse);
        return new LoadOptions(
                said(words.get(0)),
                said(words.get(1)),
                said(words.get(2))
                        .map(heads -> OptionalInt.of(Integer.parseInt(heads)))
                        .orElse(OptionalInt.empty()),
                Reference.valueOf(words.get(3)),
                LoadOptions.Periods.valueOf(words.get(4)),
                LoadOptions.Memory.valueOf(words.get(5)),
                Precision.valueOf(words.get(6)),
                normalisation.map(n -> words.get(7).equals(DepthFusion.BRANCH)
                        ? new DepthFusion.Branch(n)
                        : new DepthFusion.Widened(DepthFusion.Start.valueOf(words.get(7)), n)));
    }

    private static Optional<String> said(String word) {
        return Optional.of(word).filter(w -> !w.equals(OPEN));
    }

    /** Arguments: checkpoint, the options' words, then HEIGHTxWIDTHxBATCHxTHREADS from small to large. */
    public static void main(String[] arguments) {
        LoadOptions options = options(Arrays.asList(arguments).subList(1, 1 + WORDS));
        try (Model model = Model.load(Path.of(arguments[0]), options)) {
            for (int i = 1 + WORDS; i < arguments.length; i++) {
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
            forgetPeak();
            forward.begin();
            long sampled = MemoryPeak.during(() -> {
                forward.call();
                forward.call();
            });
            return Machine.peakResidentBytes().orElse(sampled);
        }
    }

    /** What loading took is not what running takes; only Linux can tell them apart. */
    private static void forgetPeak() {
        try {
            if (Files.exists(PEAK_RESET)) {
                Files.writeString(PEAK_RESET, "5");
            }
        } catch (IOException e) {
            // the peak of loading stays in: a little too much rather than no figure
        }
    }
}
