package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.NoiseImages;
import io.github.dino4j.bench.RoundRobin;
import io.github.dino4j.bench.Times;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How several batches use the cores best: one after the other, each on all threads, or side by side, a caller a core.
 *
 * <p>Three ways take turns: (a) one caller with all threads of the engine; (b) as many callers as threads, so that the
 * engine's team leaves each of them alone on its core; (c) the same callers with one thread of the engine each.
 */
public final class Streams {
    private static final int IMAGES_A_CALL = 16;

    private Streams() {}

    /** Callers that work through batches together. */
    private record Way(Model model, List<Pixels> batch, int callers, int threads, ExecutorService pool)
            implements RoundRobin.Contender {
        @Override
        public void begin() {
            Engine.threads(threads);
        }

        @Override
        public void call() {
            AtomicInteger left = new AtomicInteger(IMAGES_A_CALL / batch.size());
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                running.add(CompletableFuture.runAsync(
                        () -> {
                            while (left.getAndDecrement() > 0) {
                                model.features(batch);
                            }
                        },
                        pool));
            }
            running.forEach(CompletableFuture::join);
        }
    }

    /**
     * Arguments: a folder for generated files, {@code --model}, {@code --size}, {@code --precisions}, {@code --batches},
     * {@code --threads}, {@code --rounds}.
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args);
        String name = arguments.text("model", "dinov3_vits16");
        Path file =
                Workspace.at(arguments.at(0, "a folder for generated files")).checkpoint(name, DType.F32);
        int size = arguments.number("size", 224);
        int threads = arguments.number("threads", Engine.threads());
        System.out.printf(
                Locale.ROOT,
                "%s at %d, %d threads; images/s of the fastest round (of the median round)%n",
                name,
                size,
                threads);
        System.out.println("| precision | batch | (a) one caller | (b) " + threads + " callers | (c) " + threads
                + " callers, one thread each | b / a, minima; medians |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (String precision : arguments.list("precisions", "FLOAT32,INT8")) {
                LoadOptions options =
                        LoadOptions.DEFAULT.withPrecision(Precision.valueOf(precision.toUpperCase(Locale.ROOT)));
                try (Model model = Model.load(file, options)) {
                    for (int batch : arguments.numbers("batches", "1,8")) {
                        List<Pixels> images = NoiseImages.of(batch, size, 1).stream()
                                .map(Transform.dinoV3(size)::apply)
                                .toList();
                        List<Times> times = new RoundRobin(arguments.number("rounds", 7), 0.2, 20)
                                .run(
                                        List.of(
                                                new Way(model, images, 1, threads, pool),
                                                new Way(model, images, threads, threads, pool),
                                                new Way(model, images, threads, 1, pool)),
                                        round -> {});
                        System.out.printf(
                                Locale.ROOT,
                                "| %s | %d | %s | %s | %s | %.3f; %.3f |%n",
                                precision.toLowerCase(Locale.ROOT),
                                batch,
                                rate(times.get(0)),
                                rate(times.get(1)),
                                rate(times.get(2)),
                                times.get(0).min() / times.get(1).min(),
                                times.get(0).median() / times.get(1).median());
                    }
                }
            }
        } finally {
            pool.shutdown();
        }
    }

    private static String rate(Times times) {
        return String.format(Locale.ROOT, "%.1f (%.1f)", IMAGES_A_CALL / times.min(), IMAGES_A_CALL / times.median());
    }
}
