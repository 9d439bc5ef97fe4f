package io.github.dino4j.nn;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** How a weight is drawn when it is not loaded. */
@FunctionalInterface
public interface Init {
    /** Fills {@code values}, row by row, from {@code random}. */
    void fill(float[] values, RandomGenerator random);

    Init ZERO = constant(0);
    Init ONE = constant(1);

    static Init constant(double value) {
        return (values, random) -> Arrays.fill(values, (float) value);
    }

    /** Exactly these values: a table that follows from the configuration, so that a checkpoint may leave it out. */
    static Init values(float[] table) {
        return new Table(table.clone());
    }

    /** See {@link #values}. */
    @SuppressWarnings("ArrayRecordComponent") // copied at the door, never compared
    record Table(float[] values) implements Init {
        @Override
        public void fill(float[] target, RandomGenerator random) {
            System.arraycopy(values, 0, target, 0, target.length);
        }
    }

    static Init normal(double deviation) {
        return (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
        };
    }

    /** Normal with the given deviation, drawn again beyond -2 and 2 (absolute), as the DINO code does. */
    static Init truncatedNormal(double deviation) {
        return (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                double value;
                do {
                    value = random.nextGaussian() * deviation;
                } while (Math.abs(value) > 2);
                values[i] = (float) value;
            }
        };
    }

    /** Uniform in [-bound, bound). */
    static Init uniform(double bound) {
        return (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
        };
    }

    /** Uniform with the deviation sqrt(2 / (in + out)) (Glorot and Bengio, 2010). */
    static Init xavierUniform(int in, int out) {
        return uniform(Math.sqrt(6.0 / (in + out)));
    }
}
