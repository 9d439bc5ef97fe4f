package io.github.dino4j.bench;

import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Profile;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Measures one model in several precisions on this machine. What is timed is the backbone's forward pass on ready
 * tensors, without decoding and without the way of the results into Java arrays.
 *
 * <p>Sets {@link Engine#threads(int)} as it goes and puts it back at the end.
 */
public final class Benchmark implements AutoCloseable {
    private static final List<RgbImage> ONE_IMAGE = NoiseImages.of(1, 448, 7);

    private final Function<Precision, Model> loader;
    private final Plan plan;
    private final Consumer<String> progress;
    private final Map<Precision, Model> models = new EnumMap<>(Precision.class);
    private final int threadsBefore = Engine.threads();

    private Benchmark(Function<Precision, Model> loader, Plan plan, Consumer<String> progress) {
        this.loader = loader;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Measures all of a plan: memory of each configuration as it is first called, drift on the images, times in turns.
     *
     * @param loader loads the model in a precision; each is closed at the end
     * @param images of the drift, each of them looked at once for each size; none leaves the drift out
     * @param progress is told what is being done
     * @throws IllegalArgumentException if a size does not fit the model
     */
    public static Report run(
            Function<Precision, Model> loader, Plan plan, Iterable<RgbImage> images, Consumer<String> progress) {
        try (Benchmark benchmark = new Benchmark(loader, plan, progress)) {
            return benchmark.measure(images);
        }
    }

    /** Splits the time of a forward pass by operator, for each configuration of a plan. */
    public static List<OperatorSplit> profile(Function<Precision, Model> loader, Plan plan, Consumer<String> progress) {
        try (Benchmark benchmark = new Benchmark(loader, plan, progress)) {
            return benchmark.split();
        }
    }

    private Report measure(Iterable<RgbImage> images) {
        Map<Configuration, Long> memory = memory();
        Map<SizeAt, Drift> drifts = drifts(images);
        List<Configuration> configurations = plan.configurations();
        List<RoundRobin.Contender> contenders = new ArrayList<>();
        Map<ThreadsAt, GemmCeiling> ceilings = new LinkedHashMap<>();
        try (Arena arena = new Arena()) {
            for (Configuration c : configurations) {
                contenders.add(new Forward(model(c.precision()), input(arena, c), c.threads()));
            }
            for (Precision precision : plan.precisions()) {
                for (int threads : plan.threads()) {
                    GemmCeiling.of(precision, threads)
                            .ifPresent(ceiling -> ceilings.put(new ThreadsAt(precision, threads), ceiling));
                }
            }
            contenders.addAll(ceilings.values());
            progress.accept("warming up " + configurations.size() + " configurations");
            RoundRobin turns = new RoundRobin(plan.rounds(), plan.turnSeconds(), 0);
            List<Times> times =
                    turns.run(contenders, round -> progress.accept("round " + round + " of " + plan.rounds()));
            List<Report.Row> rows = new ArrayList<>();
            for (int i = 0; i < configurations.size(); i++) {
                Configuration c = configurations.get(i);
                GemmCeiling ceiling = ceilings.get(new ThreadsAt(c.precision(), c.threads()));
                rows.add(new Report.Row(
                        c,
                        times.get(i),
                        macs(c),
                        ceiling == null ? OptionalDouble.empty() : ceiling.flops(),
                        Objects.requireNonNull(memory.get(c)),
                        Optional.ofNullable(drifts.get(new SizeAt(c.precision(), c.size())))));
            }
            return new Report(Machine.here(), title(), plan.rounds(), rows);
        } finally {
            ceilings.values().forEach(GemmCeiling::close);
        }
    }

    /** Growth of the process from before a model is loaded to the peak of its first call, in each configuration. */
    private Map<Configuration, Long> memory() {
        Map<Configuration, Long> peaks = new LinkedHashMap<>();
        for (Precision precision : plan.precisions()) {
            System.gc();
            long before = Engine.residentBytes();
            Model model = model(precision);
            for (Configuration c : plan.configurations()) {
                if (c.precision() == precision) {
                    try (Arena arena = new Arena()) {
                        Forward forward = new Forward(model, input(arena, c), c.threads());
                        forward.begin();
                        peaks.put(c, Math.max(0, MemoryPeak.during(forward::call) - before));
                    }
                }
            }
        }
        return peaks;
    }

    private record ThreadsAt(Precision precision, int threads) {}

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
                Forward forward = new Forward(model(c.precision()), input(arena, c), c.threads());
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

    /** A call of the backbone on a ready input. */
    private record Forward(Model model, Tensor input, int threads) implements RoundRobin.Contender {
        @Override
        public void begin() {
            Engine.threads(threads);
        }

        @Override
        public void call() {
            model.run(backbone -> {
                backbone.forward(input);
                return true;
            });
        }
    }

    private Model model(Precision precision) {
        Model known = models.get(precision);
        if (known != null) {
            return known;
        }
        progress.accept("loading " + precision.name().toLowerCase(java.util.Locale.ROOT));
        Model loaded = loader.apply(precision);
        models.put(precision, loaded);
        for (InputSize size : plan.sizes()) {
            requireWholePatches(loaded, size);
        }
        return loaded;
    }

    private Tensor input(Arena arena, Configuration c) {
        Pixels pixels = prepare(ONE_IMAGE.get(0), c.size());
        try (Scope scope = Scope.inference()) {
            return arena.keep(Model.tensor(Collections.nCopies(c.batch(), pixels)));
        }
    }

    private Pixels prepare(RgbImage image, InputSize size) {
        return anyModel()
                .card()
                .transform()
                .withSize(size.height(), size.width())
                .apply(image);
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

    private Model anyModel() {
        return models.values().iterator().next();
    }

    private static void requireWholePatches(Model model, InputSize size) {
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
