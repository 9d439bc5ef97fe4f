package io.github.dino4j.bench;

import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the engine's matrix product reaches at best in a type: a product of large square matrices. A model cannot be
 * faster than its multiply-adds at this rate.
 *
 * <p>This is the one place that knows how the ceiling is found.
 */
public final class GemmCeiling implements RoundRobin.Contender, AutoCloseable {
    private static final int SIDE = 2048;

    private final int threads;
    private final Arena arena = new Arena();
    private final Tensor left;
    private final Tensor right;
    private double best;

    /** What has a ceiling of its own. */
    public record Kind(DType dtype, int threads) {}

    public GemmCeiling(Kind kind) {
        threads = kind.threads();
        try (Scope scope = Scope.inference()) {
            left = arena.keep(values(1).to(kind.dtype()));
            right = arena.keep(values(2).to(kind.dtype()));
        }
    }

    /** The ceiling of a precision; none where the engine has no product of its type that could be asked. */
    public static Optional<Kind> kind(Precision precision, int threads) {
        return switch (precision) {
            case PLAIN, FLOAT32 -> Optional.of(new Kind(DType.F32, threads));
            case BFLOAT16 -> Optional.of(new Kind(DType.BF16, threads));
            case INT8, AUTO -> Optional.empty();
        };
    }

    @Override
    public void begin() {
        Engine.threads(threads);
    }

    @Override
    public void call() {
        try (Scope scope = Scope.inference()) {
            long start = System.nanoTime();
            left.linear(right, null);
            double seconds = (System.nanoTime() - start) / 1e9;
            best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / seconds);
        }
    }

    /** The best of all calls so far, in floating-point operations a second. */
    public OptionalDouble flops() {
        return best == 0 ? OptionalDouble.empty() : OptionalDouble.of(best);
    }

    @Override
    public void close() {
        arena.close();
    }

    private static Tensor values(long seed) {
        float[] values = new float[SIDE * SIDE];
        java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble() - 0.5f;
        }
        return Tensor.of(values, SIDE, SIDE);
    }
}
