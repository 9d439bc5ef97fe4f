package io.github.dino4j.bench;

import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the engine's matrix product reaches at best in a type, measured in turns with what it is the ceiling of. A model
 * cannot be faster than its multiply-adds at this rate.
 */
public final class GemmCeiling implements RoundRobin.Contender, AutoCloseable {
    private final Kind kind;
    private double best;

    /** What has a ceiling of its own. */
    public record Kind(Precision precision, int threads) {}

    public GemmCeiling(Kind kind) {
        this.kind = kind;
    }

    /** The ceiling of a precision; none where the processor has no kernels for it. */
    public static Optional<Kind> kind(LoadOptions.Precision precision, int threads) {
        return kernels(precision).filter(Precision::supported).map(p -> new Kind(p, threads));
    }

    /** In which of the packed types a precision multiplies; empty where that is found out at loading. */
    static Optional<Precision> kernels(LoadOptions.Precision precision) {
        return switch (precision) {
            case PLAIN, FLOAT32 -> Optional.of(Precision.FLOAT32);
            case BFLOAT16 -> Optional.of(Precision.BFLOAT16);
            case INT8 -> Optional.of(Precision.INT8);
            case AUTO -> Optional.empty();
        };
    }

    @Override
    public void begin() {
        Engine.threads(kind.threads());
    }

    @Override
    public void call() {
        best = Math.max(best, Engine.gemmCeiling(kind.precision()));
    }

    /** The best of all calls so far, in floating-point operations a second. */
    public OptionalDouble flops() {
        return best == 0 ? OptionalDouble.empty() : OptionalDouble.of(best);
    }

    @Override
    public void close() {}
}
