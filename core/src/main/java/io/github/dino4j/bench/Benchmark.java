package io.github.dino4j.bench;

import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.PrecisionException;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Profile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Measures one model in several precisions on this machine. What is timed is the backbone's forward pass on ready
 * tensors, without decoding and without the way of the results into Java arrays.
 *
 * <p>Sets {@link Engine#threads(int)} as it goes and puts it back at the end.
 */
public final class Benchmark implements AutoCloseable {
    /** OpenMP's threads, which the plain path uses, spin for a while after their work. */
    private static final long PAUSE_MILLIS = 20;

    private final Path checkpoint;
    private final LoadOptions options;
    /** What is asked for; from {@link #load} on what of it there is. */
    private Plan plan;

    private final Consumer<String> progress;
    private final List<Report.LeftOut> leftOut = new ArrayList<>();
    private final Map<Precision, Model> models = new EnumMap<>(Precision.class);
    private final int threadsBefore = Engine.threads();

    private Benchmark(Path checkpoint, LoadOptions options, Plan plan, Consumer<String> progress) {
        this.checkpoint = checkpoint;
        this.options = options;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Measures all of a plan: memory in other processes, drift on the images, times in turns. A precision that this
     * processor or the model has not is left out, and the report says so.
     *
     * @param options how to load the checkpoint; the plan has the precisions
     * @param images of the drift, each of them looked at once for each size; none leaves the drift out
     * @param progress is told what is being done
     * @throws IllegalArgumentException if a size does not fit the model, or there is none of the precisions
     */
    public static Report run(
            Path checkpoint, LoadOptions options, Plan plan, Iterable<RgbImage> images, Consumer<String> progress) {
        return run(checkpoint, options, plan, images, progress, io.github.dino4j.tensor.Precision::supported);
    }

    /** The same on a processor with these kernels. */
    static Report run(
            Path checkpoint,
            LoadOptions options,
            Plan plan,
            Iterable<RgbImage> images,
            Consumer<String> progress,
            Predicate<io.github.dino4j.tensor.Precision> supported) {
        try (Benchmark benchmark = new Benchmark(checkpoint, options, plan, progress)) {
            benchmark.load(supported);
            return benchmark.measure(images);
        }
    }

    /** Splits the time of a forward pass by operator, for each configuration of a plan. */
    public static List<OperatorSplit> profile(
            Path checkpoint, LoadOptions options, Plan plan, Consumer<String> progress) {
        try (Benchmark benchmark = new Benchmark(checkpoint, options, plan, progress)) {
            benchmark.load(io.github.dino4j.tensor.Precision::supported);
            return benchmark.split();
        }
    }

    /** Loads every precision, so that what cannot be loaded says so first, and takes out of the plan what there is not. */
    private void load(Predicate<io.github.dino4j.tensor.Precision> supported) {
        List<Precision> there = new ArrayList<>();
        for (Precision precision : plan.precisions()) {
            Optional<io.github.dino4j.tensor.Precision> needed =
                    GemmCeiling.kernels(precision).filter(p -> precision != Precision.PLAIN);
            if (needed.isPresent() && !supported.test(needed.get())) {
                leaveOut(precision, "this processor has no " + needed.get() + " kernels");
                continue;
            }
            try {
                model(precision);
                there.add(precision);
            } catch (PrecisionException e) {
                leaveOut(precision, String.valueOf(e.getMessage()));
            }
        }
        if (there.isEmpty()) {
            throw new IllegalArgumentException("nothing is left to measure; "
                    + String.join(
                            "; ", leftOut.stream().map(Report.LeftOut::toString).toList()));
        }
        plan = plan.withPrecisions(there);
    }

    private void leaveOut(Precision precision, String reason) {
        leftOut.add(new Report.LeftOut(precision, reason));
        progress.accept(leftOut.get(leftOut.size() - 1).toString());
    }

    private Report measure(Iterable<RgbImage> images) {
        Map<Configuration, Long> memory = memory();
        Map<SizeAt, Drift> drifts = drifts(images);
        List<Configuration> configurations = plan.configurations();
        List<RoundRobin.Contender> contenders = new ArrayList<>();
        Map<GemmCeiling.Kind, GemmCeiling> ceilings = new LinkedHashMap<>();
        try (Arena arena = new Arena()) {
            for (Configuration c : configurations) {
                contenders.add(forward(arena, c));
            }
            for (Configuration c : configurations) {
                GemmCeiling.kind(c.precision(), c.threads())
                        .ifPresent(kind -> ceilings.computeIfAbsent(kind, GemmCeiling::new));
            }
            contenders.addAll(ceilings.values());
            progress.accept("warming up " + configurations.size() + " configurations");
            RoundRobin turns =
                    new RoundRobin(plan.rounds(), plan.turnSeconds(), plan.turnSeconds() == 0 ? 0 : PAUSE_MILLIS);
            List<Times> times =
                    turns.run(contenders, round -> progress.accept("round " + round + " of " + plan.rounds()));
            List<Report.Row> rows = new ArrayList<>();
            for (int i = 0; i < configurations.size(); i++) {
                Configuration c = configurations.get(i);
                rows.add(new Report.Row(
                        c,
                        times.get(i),
                        macs(c),
                        GemmCeiling.kind(c.precision(), c.threads())
                                .map(kind -> Objects.requireNonNull(ceilings.get(kind))
                                        .flops())
                                .orElse(OptionalDouble.empty()),
                        memory(memory.get(c)),
                        Optional.ofNullable(drifts.get(new SizeAt(c.precision(), c.size())))));
            }
            return new Report(Machine.here(), title(), plan.rounds(), rows, leftOut);
        } finally {
            ceilings.values().forEach(GemmCeiling::close);
        }
    }

    /** What each configuration takes; nothing where that was not asked for. */
    private Map<Configuration, Long> memory() {
        Map<Configuration, Long> peaks = new LinkedHashMap<>();
        for (Precision precision : plan.memory() ? plan.precisions() : List.<Precision>of()) {
            progress.accept("memory of " + name(precision));
            peaks.putAll(MemoryProbe.peaks(
                    checkpoint,
                    options,
                    plan.configurations().stream()
                            .filter(c -> c.precision() == precision)
                            .toList(),
                    progress));
        }
        return peaks;
    }

    private record SizeAt(Precision precision, InputSize size) {}

    private Map<SizeAt, Drift> drifts(Iterable<RgbImage> images) {
        Map<SizeAt, Drift> drifts = new LinkedHashMap<>();
        List<Precision> others =
                plan.precisions().stream().filter(p -> p != Precision.PLAIN).toList();
        if (others.isEmpty() || !images.iterator().hasNext()) {
            return drifts;
        }
        Engine.threads(plan.threads().get(0));
        Model reference = model(Precision.PLAIN);
        for (InputSize size : plan.sizes()) {
            progress.accept("drift at " + size);
            Map<Precision, Drift.Meter> meters = new EnumMap<>(Precision.class);
            for (RgbImage image : images) {
                Pixels pixels = prepare(image, size);
                float[] expected = tokens(reference, pixels);
                for (Precision precision : others) {
                    meters.computeIfAbsent(precision, p -> new Drift.Meter())
                            .add(expected, tokens(model(precision), pixels), tokenWidth(reference));
                }
            }
            meters.forEach((precision, meter) -> drifts.put(new SizeAt(precision, size), meter.drift()));
        }
        return drifts;
    }

    private List<OperatorSplit> split() {
        List<OperatorSplit> splits = new ArrayList<>();
        for (Configuration c : plan.configurations()) {
            progress.accept("profile of " + c);
            try (Arena arena = new Arena()) {
                Forward forward = forward(arena, c);
                forward.begin();
                forward.call();
                try (Profile profile = Profile.start()) {
                    long start = System.nanoTime();
                    for (int i = 0; i < plan.rounds(); i++) {
                        forward.call();
                    }
                    double seconds = (System.nanoTime() - start) / 1e9;
                    splits.add(OperatorSplit.of(c, plan.rounds(), seconds, profile.entries()));
                }
            }
        }
        return splits;
    }

    private Model model(Precision precision) {
        Model known = models.get(precision);
        if (known != null) {
            return known;
        }
        progress.accept("loading " + name(precision));
        Model loaded = Model.load(checkpoint, options.withPrecision(precision));
        models.put(precision, loaded);
        for (InputSize size : plan.sizes()) {
            requireWholePatches(loaded, size);
        }
        return loaded;
    }

    private Forward forward(Arena arena, Configuration c) {
        return Forward.of(arena, model(c.precision()), c);
    }

    private Pixels prepare(RgbImage image, InputSize size) {
        return Forward.prepare(anyModel(), image, size);
    }

    /** Every token after the last norm, the class token first. */
    private static float[] tokens(Model model, Pixels pixels) {
        return model.run(backbone -> backbone.forward(Model.tensor(List.of(pixels)))
                .normed()
                .tokens()
                .toFloats());
    }

    private static int tokenWidth(Model model) {
        return model.config().dim();
    }

    private long macs(Configuration c) {
        return TensorFlow.of(anyModel().config(), 1, c.size().height(), c.size().width())
                .macs();
    }

    private String title() {
        return anyModel().card().title();
    }

    private static String name(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    private static OptionalLong memory(@Nullable Long bytes) {
        return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private Model anyModel() {
        return models.values().iterator().next();
    }

    static void requireWholePatches(Model model, InputSize size) {
        int patch = model.config().patch();
        if (size.height() % patch != 0 || size.width() % patch != 0) {
            throw new IllegalArgumentException("size " + size + ": this model sees patches of " + patch + " x " + patch
                    + " pixels; take multiples of " + patch + ", such as "
                    + Math.max(1, Math.round((float) size.height() / patch)) * patch);
        }
    }

    @Override
    public void close() {
        models.values().forEach(Model::close);
        Engine.threads(threadsBefore);
    }
}
