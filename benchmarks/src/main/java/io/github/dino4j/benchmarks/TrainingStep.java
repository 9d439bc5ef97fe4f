package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.GemmCeiling;
import io.github.dino4j.bench.JavaProcess;
import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.MemoryPeak;
import io.github.dino4j.bench.RoundRobin;
import io.github.dino4j.bench.Times;
import io.github.dino4j.benchmarks.LearningStep.Batch;
import io.github.dino4j.benchmarks.LearningStep.Engine;
import io.github.dino4j.benchmarks.LearningStep.Kind;
import io.github.dino4j.benchmarks.LearningStep.Setup;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Steps of training, forward, backward and AdamW, by each engine in turns: LoRA on a vision transformer, and an adapter
 * with a pyramid decoder on a frozen one. Beside the times, the share of what this machine's matrix products reach, and
 * the largest resident memory of a process that does two such steps and nothing else, weights, Java and libraries included.
 */
public final class TrainingStep {
    private TrainingStep() {}

    /**
     * Arguments: {@code --models}, {@code --batch}, {@code --size}, {@code --kinds} (lora, whole, pyramid), {@code --engines}, {@code
     * --rounds}, {@code --threads}; {@code --no-memory}; {@code --losses STEPS} instead compares how losses fall in float32
     * and mixed arithmetic.
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args, "no-memory", "memory");
        int threads = arguments.number("threads", io.github.dino4j.tensor.Engine.threads());
        io.github.dino4j.tensor.Engine.threads(threads);
        List<Engine> engines = arguments.list("engines", "float32,mixed,checkpointed,plain").stream()
                .map(name -> Engine.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        List<Setup> setups = setups(arguments);
        if (arguments.has("memory")) {
            System.out.println(memory(engines.get(0), setups.get(0)));
            return;
        }
        System.out.println(Machine.here() + "; " + threads + " threads");
        if (arguments.has("losses")) {
            for (Setup setup : setups) {
                losses(setup, arguments.number("losses", 200));
            }
            return;
        }
        System.out.println("| learns | model | size | batch | engine | ms (min; median) | images/s | ratio to the first"
                + " | GFLOP a step | of the ceiling | MB of the process at most |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Setup setup : setups) {
            compare(setup, engines, arguments.number("rounds", 5), threads, !arguments.has("no-memory"));
        }
    }

    private static List<Setup> setups(Arguments arguments) {
        List<Setup> setups = new ArrayList<>();
        for (String kind : arguments.list("kinds", "lora,whole,pyramid")) {
            for (String model : arguments.list("models", "dinov3_vits16,dinov3_vitb16")) {
                setups.add(new Setup(
                        Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                        model,
                        arguments.number("size", 224),
                        arguments.number("batch", 16)));
            }
        }
        return setups;
    }

    private static void compare(Setup setup, List<Engine> wanted, int rounds, int threads, boolean memory)
            throws IOException {
        List<Engine> engines = wanted.stream()
                .filter(engine -> engine != Engine.CHECKPOINTED || setup.kind() != Kind.PYRAMID)
                .filter(engine -> engine != Engine.MIXED || Precision.BFLOAT16.supported())
                .toList();
        if (engines.isEmpty()) {
            return; // nothing to checkpoint in a frozen backbone, or no bfloat16 here
        }
        List<LearningStep> steps =
                engines.stream().map(engine -> new LearningStep(engine, setup)).toList();
        GemmCeiling float32 = new GemmCeiling(new GemmCeiling.Kind(Precision.FLOAT32, threads));
        List<RoundRobin.Contender> contenders = new ArrayList<>(List.of(float32));
        GemmCeiling bfloat16 = float32;
        if (engines.contains(Engine.MIXED)) {
            bfloat16 = new GemmCeiling(new GemmCeiling.Kind(Precision.BFLOAT16, threads));
            contenders.add(bfloat16);
        }
        try (Scope scope = Scope.open();
                LearningStep counter = LearningStep.counting(setup)) {
            Batch batch = Batch.painted(setup, 1);
            double operations = counter.operations(batch);
            steps.forEach(step -> contenders.add(() -> step.step(batch)));
            List<Times> times = new RoundRobin(rounds, 0.2, 100).run(contenders, round -> {});
            times = times.subList(times.size() - steps.size(), times.size());
            double reference = times.get(0).min();
            for (int i = 0; i < steps.size(); i++) {
                Engine engine = engines.get(i);
                Times t = times.get(i);
                double ceiling =
                        (engine == Engine.MIXED ? bfloat16 : float32).flops().orElse(Double.NaN);
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %s | %d | %d | %s | %.0f; %.0f | %.1f | %.2f | %.0f | %.2f | %s |%n",
                        setup.kind().name().toLowerCase(Locale.ROOT),
                        setup.model(),
                        setup.size(),
                        setup.batch(),
                        engine.label,
                        1e3 * t.min(),
                        1e3 * t.median(),
                        setup.batch() / t.min(),
                        t.min() / reference,
                        operations / 1e9,
                        operations / t.min() / ceiling,
                        memory ? memoryApart(engine, setup, threads) : "");
            }
        } finally {
            steps.forEach(LearningStep::close);
        }
    }

    /** In another process, where no other engine has been. */
    private static String memoryApart(Engine engine, Setup setup, int threads) throws IOException {
        List<String> lines = JavaProcess.run(
                TrainingStep.class,
                List.of(
                        "--memory",
                        "--threads",
                        Integer.toString(threads),
                        "--engines",
                        engine.name(),
                        "--kinds",
                        setup.kind().name(),
                        "--models",
                        setup.model(),
                        "--size",
                        Integer.toString(setup.size()),
                        "--batch",
                        Integer.toString(setup.batch())));
        return String.format(Locale.ROOT, "%.0f", Long.parseLong(lines.get(lines.size() - 1)) / 1e6);
    }

    private static long memory(Engine engine, Setup setup) {
        return MemoryPeak.during(() -> {
            try (Scope scope = Scope.open();
                    LearningStep step = new LearningStep(engine, setup)) {
                Batch batch = Batch.painted(setup, 1);
                step.step(batch);
                step.step(batch);
            }
        });
    }

    /** The same start, the same batches: how far apart the two losses are. */
    private static void losses(Setup setup, int steps) {
        try (Scope scope = Scope.open();
                LearningStep exact = new LearningStep(Engine.FLOAT32, setup);
                LearningStep mixed = new LearningStep(Engine.MIXED, setup)) {
            List<Batch> batches = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                batches.add(Batch.painted(setup, i));
            }
            System.out.println(setup);
            System.out.println("| step | float32 | mixed | relative difference |");
            System.out.println("| --- | --- | --- | --- |");
            double[] differences = new double[steps];
            for (int i = 0; i < steps; i++) {
                Batch batch = batches.get(i % batches.size());
                double a = exact.step(batch);
                double b = mixed.step(batch);
                differences[i] = Math.abs(b - a) / a;
                if (i % 20 == 0 || i == steps - 1) {
                    System.out.printf(Locale.ROOT, "| %d | %.5f | %.5f | %.2e |%n", i, a, b, differences[i]);
                }
            }
            Arrays.sort(differences);
            System.out.printf(
                    Locale.ROOT,
                    "relative difference: median %.2e, largest %.2e%n",
                    differences[steps / 2],
                    differences[steps - 1]);
        }
    }
}
