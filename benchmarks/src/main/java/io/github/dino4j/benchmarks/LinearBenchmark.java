package io.github.dino4j.benchmarks;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One linear layer, the first of a feed-forward network, on the tokens of one image of 224 x 224 pixels, on one thread. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LinearBenchmark {
    private static final int ROWS = 201; // 196 patches, 4 registers, the class

    /** Of the model, ViT-S, B or L; the layer is 4 times as wide. */
    @Param({"384", "768", "1024"})
    public int width;

    @Param({"PLAIN", "FLOAT32", "BFLOAT16", "INT8"})
    public String precision = "PLAIN";

    private final Arena arena = new Arena();
    private Runnable work = () -> {};

    @Setup
    public void draw() {
        Engine.threads(1);
        try (Scope scope = Scope.inference()) {
            Tensor x = arena.keep(Noise.tensor(1, ROWS, width));
            Tensor weight = arena.keep(Noise.tensor(2, 4L * width, width));
            Tensor bias = arena.keep(Noise.tensor(3, 4L * width));
            if (precision.equals("PLAIN")) {
                work = () -> x.linear(weight, bias);
            } else {
                PackedWeight packed = PackedWeight.pack(
                        Precision.valueOf(precision),
                        new PackedWeight.Source(weight, bias),
                        new io.github.dino4j.tensor.Slab(arena::keep));
                work = () -> packed.forward(x, PackedWeight.Then.NOTHING, null, DType.F32);
            }
        }
    }

    @TearDown
    public void free() {
        arena.close();
    }

    @Benchmark
    public void linear() {
        try (Scope scope = Scope.inference()) {
            work.run();
        }
    }
}
