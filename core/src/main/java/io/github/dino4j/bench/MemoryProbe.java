package io.github.dino4j.bench;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.Reference;
import io.github.dino4j.tensor.Arena;
import java.io.IOException;
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
    private MemoryProbe() {}

    /** Runs the configurations, all of one precision, in another process; none where that fails. */
    static Map<Configuration, Long> peaks(
            Path checkpoint, LoadOptions options, List<Configuration> configurations, Consumer<String> progress) {
        List<Configuration> ascending = configurations.stream()
                .sorted(Comparator.comparingLong(
                        c -> (long) c.batch() * c.size().height() * c.size().width()))
                .toList();
        List<String> arguments = new ArrayList<>(List.of(checkpoint.toString()));
        arguments.addAll(words(options.withPrecision(configurations.get(0).precision())));
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
            forward.begin();
            return MemoryPeak.during(() -> {
                forward.call();
                forward.call();
            });
        }
    }
}
