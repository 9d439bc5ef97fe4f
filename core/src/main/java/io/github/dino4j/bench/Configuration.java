package io.github.dino4j.bench;

import io.github.dino4j.predict.LoadOptions.Precision;

/** One row of a benchmark: in which arithmetic, on what, with how many threads. */
public record Configuration(Precision precision, InputSize size, int batch, int threads) {
    @Override
    public String toString() {
        return precision.name().toLowerCase(java.util.Locale.ROOT) + ", " + size + ", batch " + batch + ", " + threads
                + (threads == 1 ? " thread" : " threads");
    }
}
