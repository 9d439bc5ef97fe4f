package io.github.dino4j.train;

/** A length of training, in epochs or in updates of the weights. */
public sealed interface Span {
    /** How many updates of the weights it is. */
    long updates(long perEpoch);

    /** Passes over all examples. */
    record Epochs(int count) implements Span {
        public Epochs {
            requirePositive(count, "epochs");
        }

        @Override
        public long updates(long perEpoch) {
            return Math.multiplyExact(count, perEpoch);
        }

        @Override
        public String toString() {
            return count + (count == 1 ? " epoch" : " epochs");
        }
    }

    /** Updates of the weights. */
    record Iterations(long count) implements Span {
        public Iterations {
            requirePositive(count, "iterations");
        }

        @Override
        public long updates(long perEpoch) {
            return count;
        }

        @Override
        public String toString() {
            return count + (count == 1 ? " iteration" : " iterations");
        }
    }

    static Span epochs(int count) {
        return new Epochs(count);
    }

    static Span iterations(long count) {
        return new Iterations(count);
    }

    private static void requirePositive(long count, String unit) {
        if (count < 1) {
            throw new IllegalArgumentException("a span is at least 1 of its " + unit + ", not " + count);
        }
    }
}
