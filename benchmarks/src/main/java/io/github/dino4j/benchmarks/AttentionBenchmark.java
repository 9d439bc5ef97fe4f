package io.github.dino4j.benchmarks;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.PackedAttention;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
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

/** Self-attention of six heads of 64 (ViT-S) within one image, on all threads. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AttentionBenchmark {
    private static final int HEADS = 6;
    private static final int WIDTH = 64 * HEADS;

    /** Of images of 224, 512 and 1024 pixels a side. */
    @Param({"201", "1029", "4101"})
    public int tokens;

    @Param({"PLAIN", "FLOAT32", "BFLOAT16"})
    public String precision = "PLAIN";

    private final Arena arena = new Arena();
    private Runnable work = () -> {};

    @Setup
    public void draw() {
        try (Scope scope = Scope.inference()) {
            if (precision.equals("PLAIN")) {
                Tensor q = arena.keep(Noise.tensor(1, 1, HEADS, tokens, 64));
                Tensor k = arena.keep(Noise.tensor(2, 1, HEADS, tokens, 64));
                Tensor v = arena.keep(Noise.tensor(3, 1, HEADS, tokens, 64));
                work = () -> Tensor.attention(q, k, v);
            } else {
                DType type = precision.equals("FLOAT32") ? DType.F32 : DType.BF16;
                Tensor qkv = arena.keep(Noise.tensor(1, tokens, 3 * WIDTH).to(type));
                List<PackedAttention.Images> image = List.of(new PackedAttention.Images(0, 1, tokens));
                work = () -> PackedAttention.mix(qkv, HEADS, image, type);
            }
        }
    }

    @TearDown
    public void free() {
        arena.close();
    }

    @Benchmark
    public void attention() {
        try (Scope scope = Scope.inference()) {
            work.run();
        }
    }
}
