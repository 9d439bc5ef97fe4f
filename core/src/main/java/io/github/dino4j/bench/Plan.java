package io.github.dino4j.bench;

import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.tensor.Engine;
import java.util.ArrayList;
import java.util.List;

/**
 * What a benchmark measures: every combination of the four lists.
 *
 * @param rounds how often each combination has its turn
 * @param turnSeconds how long a turn lasts at least; one call where that is longer
 * @param memory whether each precision runs once more in a process of its own, to see what it takes
 */
public record Plan(
        List<InputSize> sizes,
        List<Integer> batches,
        List<Precision> precisions,
        List<Integer> threads,
        int rounds,
        double turnSeconds,
        boolean memory) {

    /** Every precision, one image at a time, the engine's number of threads, seven rounds. */
    public static Plan of(InputSize... sizes) {
        return new Plan(
                List.of(sizes),
                List.of(1),
                List.of(Precision.PLAIN, Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8),
                List.of(Engine.threads()),
                7,
                0.1,
                true);
    }

    public Plan {
        sizes = distinct("size", sizes);
        batches = positive("batch", batches);
        precisions = distinct("precision", precisions);
        threads = positive("number of threads", threads);
        if (rounds < 1) {
            throw new IllegalArgumentException("a benchmark needs at least 1 round, not " + rounds);
        }
    }

    public Plan withBatches(List<Integer> other) {
        return new Plan(sizes, other, precisions, threads, rounds, turnSeconds, memory);
    }

    public Plan withPrecisions(List<Precision> other) {
        return new Plan(sizes, batches, other, threads, rounds, turnSeconds, memory);
    }

    public Plan withThreads(List<Integer> other) {
        return new Plan(sizes, batches, precisions, other, rounds, turnSeconds, memory);
    }

    public Plan withRounds(int count, double seconds) {
        return new Plan(sizes, batches, precisions, threads, count, seconds, memory);
    }

    public Plan withMemory(boolean wanted) {
        return new Plan(sizes, batches, precisions, threads, rounds, turnSeconds, wanted);
    }

    /** The combinations, precisions beside each other. */
    public List<Configuration> configurations() {
        List<Configuration> all = new ArrayList<>();
        for (InputSize size : sizes) {
            for (int batch : batches) {
                for (int count : threads) {
                    for (Precision precision : precisions) {
                        all.add(new Configuration(precision, size, batch, count));
                    }
                }
            }
        }
        return all;
    }

    private static List<Integer> positive(String what, List<Integer> values) {
        for (int value : values) {
            if (value < 1) {
                throw new IllegalArgumentException("a " + what + " must be at least 1, not " + value);
            }
        }
        return distinct(what, values);
    }

    private static <T> List<T> distinct(String what, List<T> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a benchmark needs at least one " + what);
        }
        return values.stream().distinct().toList();
    }
}
