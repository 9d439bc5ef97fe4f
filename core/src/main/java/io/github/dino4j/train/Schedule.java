package io.github.dino4j.train;

/** A value that changes over a run: learning rate, weight decay, momentum, temperature. Immutable. */
@FunctionalInterface
public interface Schedule {
    /**
     * The value of a step.
     *
     * @param iteration counted from 0; past its end a schedule stays at its last value
     */
    double at(long iteration);

    static Schedule constant(double value) {
        return iteration -> value;
    }
}
