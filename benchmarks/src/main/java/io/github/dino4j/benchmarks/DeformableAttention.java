package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.RoundRobin;
import io.github.dino4j.bench.Times;
import io.github.dino4j.decoder.DeformableSampling;
import io.github.dino4j.decoder.Levels;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * The sampling of deformable attention, forward and with gradients, against a composition of {@code grid_sampler_2d}, and
 * against the memory of this machine, measured in the same run.
 *
 * <p>The bytes: each tap reads one row of d values; beside them places, weights, row numbers and results pass once. The
 * bandwidth is that of reading 256 MB. Neighbouring queries read the same rows, so caches can make a forward pass faster
 * than that.
 */
public final class DeformableAttention {
    private DeformableAttention() {}

    /** The shapes of one attention: queries are the pixels of {@code from}. */
    private record Shape(String name, Levels from, Levels levels, int heads, int width, int points) {
        long taps() {
            return 4L * from.tokens() * heads * levels.count() * points;
        }

        /** Read or written by one forward pass. */
        double bytes() {
            long results = (long) from.tokens() * heads * width;
            double perTap = 4.0 * width + 2 * 8; // a row; its number and weight, written and read
            return taps() * (perTap + 12.0 / 4) + results * 4.0; // a place's 12 bytes serve four taps
        }
    }

    private static final Levels PRIOR =
            Levels.of(new Levels.Size(64, 64), new Levels.Size(32, 32), new Levels.Size(16, 16));
    private static final Levels DECODED =
            Levels.of(new Levels.Size(16, 16), new Levels.Size(32, 32), new Levels.Size(64, 64));
    private static final List<Shape> SHAPES = List.of(
            new Shape(
                    "adapter, ViT-L/16 at 512: 1 level, 16 heads of 32",
                    PRIOR,
                    Levels.of(new Levels.Size(32, 32)),
                    16,
                    32,
                    4),
            new Shape("pixel decoder of width 256: 3 levels, 16 heads of 16", DECODED, DECODED, 16, 16, 4),
            new Shape("pixel decoder of width 2048: 3 levels, 16 heads of 128", DECODED, DECODED, 16, 128, 4));

    /** Arguments: {@code --rounds}, {@code --threads}. */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        Engine.threads(arguments.number("threads", Engine.threads()));
        int rounds = arguments.number("rounds", 7);
        System.out.println(Machine.here() + "; " + Engine.threads() + " threads");
        System.out.println("| attention | MB a pass | memory GB/s | forward ms (min; median) | of the memory's rate"
                + " | grid_sampler_2d ms | ratio | with gradients ms | grid_sampler_2d ms | ratio |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Shape shape : SHAPES) {
            measure(shape, rounds);
        }
    }

    private static void measure(Shape shape, int rounds) {
        try (Scope scope = Scope.open()) {
            Inputs x = Inputs.of(shape);
            Inputs learning = new Inputs(
                    x.value.copy().learn(),
                    x.places.copy().learn(),
                    x.weights.copy().learn());
            Tensor large = Tensor.full(1, DType.F32, Device.CPU, 64 << 20);
            List<Times> times = new RoundRobin(rounds, 0.2, 20)
                    .run(
                            List.of(
                                    inference(() -> DeformableSampling.of(x.value, shape.levels, x.places, x.weights)),
                                    inference(() -> gridSampled(shape, x)),
                                    gradients(() -> DeformableSampling.of(
                                            learning.value, shape.levels, learning.places, learning.weights)),
                                    gradients(() -> gridSampled(shape, learning)),
                                    inference(() -> large.sum(false, 0))),
                            round -> {});
            double memory = 4.0 * large.elements() / times.get(4).min();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.1f | %s | %.2f | %s | %.1f | %s | %s | %.1f |%n",
                    shape.name,
                    shape.bytes() / 1e6,
                    memory / 1e9,
                    text(times.get(0)),
                    shape.bytes() / times.get(0).min() / memory,
                    text(times.get(1)),
                    times.get(1).min() / times.get(0).min(),
                    text(times.get(2)),
                    text(times.get(3)),
                    times.get(3).min() / times.get(2).min());
        }
    }

    private static String text(Times times) {
        return String.format(Locale.ROOT, "%.1f; %.1f", 1e3 * times.min(), 1e3 * times.median());
    }

    private static RoundRobin.Contender inference(Supplier<Tensor> pass) {
        return () -> {
            try (Scope scope = Scope.inference()) {
                pass.get().close();
            }
        };
    }

    private static RoundRobin.Contender gradients(Supplier<Tensor> pass) {
        return () -> {
            try (Scope scope = Scope.open()) {
                pass.get().sum(false, 0, 1, 2).backward();
            }
        };
    }

    /** Places a few pixels around the queries' own, as trained models have them. */
    private record Inputs(Tensor value, Tensor places, Tensor weights) {
        static Inputs of(Shape shape) {
            long queries = shape.from.tokens();
            long levels = shape.levels.count();
            SplittableRandom random = new SplittableRandom(1);
            Tensor value = noise(random, 1, 1, shape.levels.tokens(), shape.heads, shape.width);
            Tensor offsets = noise(random, 0.08, 1, queries, shape.heads, levels, shape.points, 2);
            Tensor places = shape.from.centres().reshape(1, queries, 1, 1, 1, 2).add(offsets);
            Tensor weights = noise(random, 1, 1, queries, shape.heads, levels * shape.points)
                    .softmax(3)
                    .reshape(1, queries, shape.heads, levels, shape.points);
            return new Inputs(value, places, weights);
        }

        private static Tensor noise(SplittableRandom random, double size, long... shape) {
            float[] values =
                    new float[Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, Math::multiplyExact))];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (size * (2 * random.nextDouble() - 1));
            }
            return Tensor.of(values, shape);
        }
    }

    /** What a port without own kernels does: each level by grid_sampler_2d, all samples in memory, then their sum. */
    private static Tensor gridSampled(Shape shape, Inputs x) {
        long heads = shape.heads;
        long queries = shape.from.tokens();
        Tensor grid = x.places.mul(2).add(-1);
        List<Tensor> samples = new ArrayList<>();
        long start = 0;
        for (int i = 0; i < shape.levels.count(); i++) {
            Levels.Size size = shape.levels.sizes().get(i);
            Tensor map = x.value
                    .narrow(1, start, size.pixels())
                    .flatten(2, 3)
                    .transpose(1, 2)
                    .reshape(heads, shape.width, size.height(), size.width());
            start += size.pixels();
            samples.add(map.gridSample(grid.select(3, i).transpose(1, 2).flatten(0, 1)));
        }
        Tensor all = Tensor.cat(3, samples); // [M, d, Q, L P]
        Tensor weights =
                x.weights.transpose(1, 2).reshape(heads, 1, queries, (long) shape.levels.count() * shape.points);
        return all.mul(weights)
                .sum(false, 3)
                .reshape(1, heads * shape.width, queries)
                .transpose(1, 2);
    }
}
