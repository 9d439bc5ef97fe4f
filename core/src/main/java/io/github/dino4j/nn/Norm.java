package io.github.dino4j.nn;

/** Kind of normalisation over the channels. */
public sealed interface Norm {
    double eps();

    /** (x - mean) / sqrt(variance + eps) * weight + bias. */
    record Layer(double eps) implements Norm {}

    /** x / sqrt(mean(x^2) + eps) * weight (arXiv:1910.07467). */
    record Rms(double eps) implements Norm {}
}
