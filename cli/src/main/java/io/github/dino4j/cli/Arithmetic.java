package io.github.dino4j.cli;

import io.github.dino4j.predict.LoadOptions.Precision;

/** {@link Precision} as it is written on a command line. */
enum Arithmetic {
    plain(Precision.PLAIN),
    float32(Precision.FLOAT32),
    bfloat16(Precision.BFLOAT16),
    int8(Precision.INT8),
    auto(Precision.AUTO);

    private final Precision precision;

    Arithmetic(Precision precision) {
        this.precision = precision;
    }

    Precision precision() {
        return precision;
    }
}
