package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.bench.Configuration;
import io.github.dino4j.bench.Forward;
import io.github.dino4j.bench.InputSize;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
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

/** Forward pass of a ViT-S/16 (DINOv3) on images of 224 x 224 pixels, on all threads. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BackboneBenchmark {
    @Param({"PLAIN", "FLOAT32", "BFLOAT16", "INT8"})
    public Precision precision = Precision.PLAIN;

    @Param({"1", "8"})
    public int batch;

    private final Arena arena = new Arena();
    private Runnable work = () -> {};
    private Runnable end = () -> {};

    @Setup
    public void load() {
        Model model = Model.random(BackboneCatalog.get("dinov3_vits16").config(), 1, precision);
        Configuration configuration = new Configuration(precision, InputSize.square(224), batch, Engine.threads());
        Forward forward = Forward.of(arena, model, configuration);
        forward.begin();
        work = forward::call;
        end = model::close;
    }

    @TearDown
    public void free() {
        end.run();
        arena.close();
    }

    @Benchmark
    public void forward() {
        work.run();
    }
}
