package io.github.dino4j.golden;

import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares what was computed with what a case holds. An output that nobody computes fails the case, as does a value
 * that differs by more than 2e-4 and by more than 1e-4 of its own size.
 */
public final class Check {
    private static final double ABSOLUTE = 2e-4;
    private static final double RELATIVE = 1e-4;

    private final GoldenCase golden;
    private final Set<String> open = new HashSet<>();
    private final List<String> failures = new ArrayList<>();
    private double worst;
    private final double leastCosine;
    private double worstCosine = 1;

    Check(GoldenCase golden) {
        this(golden, 1);
    }

    /** Asks for a cosine between each token's values and the official ones instead, where {@code leastCosine} < 1. */
    Check(GoldenCase golden, double leastCosine) {
        this.golden = golden;
        this.leastCosine = leastCosine;
        golden.outputs().forEach(output -> open.add(output.name()));
    }

    public boolean has(String name) {
        return golden.outputs().stream().anyMatch(output -> output.name().equals(name));
    }

    public void expect(String name, Tensor got) {
        expect(name, got.shape(), got.toFloats());
    }

    /**
     * The same for a gradient, whose values may all be small: an error of 1e-4 of the largest one is allowed, and 2e-6,
     * the rounding noise that the cases report.
     */
    public void expectGradient(String name, Tensor got) {
        expect(name, got);
        GoldenCase.Output output = golden.output(name);
        double largest = 0;
        for (float value : output.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        double error = golden.maxAbsError(output, got.toFloats());
        if (!(error <= 1e-4 * largest + 2e-6)) {
            failures.add(name + " is off by " + error + ", the largest value being " + largest);
        }
    }

    /**
     * The same where values are sums of far larger ones that cancel: the absolute tolerance is at least {@code ofLargest}
     * times the output's largest value. The README of the hub's cases asks for 1e-4 of it.
     */
    public void expect(String name, Tensor got, double ofLargest) {
        double largest = 0;
        for (float value : golden.output(name).values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        expect(name, got.shape(), got.toFloats(), Math.max(ABSOLUTE, ofLargest * largest));
    }

    public void expect(String name, long[] shape, float[] got) {
        expect(name, shape, got, ABSOLUTE);
    }

    private void expect(String name, long[] shape, float[] got, double absolute) {
        GoldenCase.Output output = golden.output(name);
        open.remove(name);
        if (!Arrays.equals(shape, output.shape())) {
            failures.add(name + " is " + Arrays.toString(shape) + ", expected " + Arrays.toString(output.shape()));
            return;
        }
        worst = Math.max(worst, golden.maxAbsError(output, got));
        if (leastCosine < 1) {
            cosines(output, got);
            return;
        }
        float[] expected = output.values();
        int worstIndex = -1;
        double worstExcess = 0;
        for (int k = 0; k < expected.length; k++) {
            double error = Math.abs((double) got[output.index(k)] - expected[k]);
            double excess = error / Math.max(absolute, RELATIVE * Math.abs(expected[k]));
            if (!(excess <= 1) && !(excess <= worstExcess)) {
                worstIndex = k;
                worstExcess = excess;
            }
        }
        if (worstIndex >= 0) {
            int index = output.index(worstIndex);
            failures.add(String.format(
                    Locale.ROOT,
                    "%s[%d] is %.7g, expected %.7g (%.1f times the tolerance)",
                    name,
                    index,
                    got[index],
                    expected[worstIndex],
                    worstExcess));
        }
    }

    /** One cosine a token; where a case holds samples, fewer than 16 of a token, one over all samples. */
    private void cosines(GoldenCase.Output output, float[] got) {
        long width = output.shape()[output.shape().length - 1];
        Map<Long, double[]> sums = new TreeMap<>();
        boolean dense = output.values().length >= 16 * (got.length / width);
        for (int k = 0; k < output.values().length; k++) {
            double[] sum = sums.computeIfAbsent(dense ? output.index(k) / width : 0, row -> new double[3]);
            double a = got[output.index(k)];
            double b = output.values()[k];
            sum[0] += a * b;
            sum[1] += a * a;
            sum[2] += b * b;
        }
        sums.forEach((row, sum) -> {
            double cosine = sum[1] + sum[2] == 0 ? 1 : sum[0] / Math.sqrt(sum[1] * sum[2]);
            worstCosine = Math.min(worstCosine, cosine);
            if (!(cosine >= leastCosine)) {
                failures.add(String.format(
                        Locale.ROOT,
                        "%s, token %d: cosine %.6f, asked is %.4f",
                        output.name(),
                        row,
                        cosine,
                        leastCosine));
            }
        });
    }

    /** Compares values for which the case states a tolerance of its own; the component says why. */
    void expectWithin(double most, String name, Tensor got) {
        GoldenCase.Output output = golden.output(name);
        open.remove(name);
        double error = Arrays.equals(got.shape(), output.shape())
                ? golden.maxAbsError(output, got.toFloats())
                : Double.POSITIVE_INFINITY;
        worst = Math.max(worst, error);
        if (!(error <= most)) {
            failures.add(name + " " + got.describe() + " is off by " + error + ", allowed are " + most);
        }
    }

    /**
     * Compares a weight after steps of AdamW, which moves a weight whose gradient is near zero by a full step, whichever way
     * rounding falls: values are within 5e-5, but for one of a thousand, which may be two steps off.
     */
    void expectLearned(String name, Tensor got, double rate) {
        GoldenCase.Output output = golden.output(name);
        open.remove(name);
        float[] values = got.toFloats();
        int off = 0;
        for (int k = 0; k < output.values().length; k++) {
            double error = Math.abs((double) values[output.index(k)] - output.values()[k]);
            worst = Math.max(worst, error);
            off += error <= 5e-5 ? 0 : 1;
            if (!(error <= 2 * rate + 5e-5)) {
                failures.add(name + "[" + output.index(k) + "] is off by " + error + ", more than two steps");
                return;
            }
        }
        if (!Arrays.equals(got.shape(), output.shape()) || off * 1000L > output.values().length) {
            failures.add(name + " " + got.describe() + " is off by more than 5e-5 in " + off + " of "
                    + output.values().length + " values");
        }
    }

    /**
     * Compares 8-bit levels of the float32 tensor path: where a value lies on the edge between two levels, the order of
     * float additions decides, so one level off is allowed in one value of a thousand.
     */
    void expectLevels(String name, long[] shape, float[] got) {
        GoldenCase.Output output = golden.output(name);
        open.remove(name);
        int off = 0;
        for (int k = 0; k < output.values().length; k++) {
            float error = Math.abs(got[output.index(k)] - output.values()[k]);
            worst = Math.max(worst, error);
            off += error > 0 ? 1 : 0;
            if (error > 1) {
                failures.add(name + "[" + output.index(k) + "] is " + error + " levels off");
                return;
            }
        }
        if (!Arrays.equals(shape, output.shape()) || off * 1000L > output.values().length) {
            failures.add(name + " " + Arrays.toString(shape) + " is one level off in " + off + " values");
        }
    }

    /** Compares classes that an argmax decides: where two scores nearly tie, one pixel of a thousand may differ. */
    public void expectLabels(String name, long[] shape, float[] got) {
        GoldenCase.Output output = golden.output(name);
        open.remove(name);
        int off = 0;
        for (int k = 0; k < output.values().length; k++) {
            off += got[output.index(k)] == output.values()[k] ? 0 : 1;
        }
        if (!Arrays.equals(shape, output.shape()) || off * 1000L > output.values().length) {
            failures.add(name + " " + Arrays.toString(shape) + " has another class in " + off + " of "
                    + output.values().length + " places");
        }
    }

    /** Ends the case: the line of the report. */
    String finish() {
        List<String> missing = open.stream().sorted().toList();
        if (!missing.isEmpty()) {
            failures.add("nothing computes " + missing);
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(golden.name() + " (" + golden.source() + "):\n  " + String.join("\n  ", failures));
        }
        if (leastCosine < 1) {
            return String.format(
                    Locale.ROOT,
                    "%-34s %2d outputs, worst token's cosine %.7f, largest absolute error %.2e",
                    golden.name(),
                    golden.outputs().size(),
                    worstCosine,
                    worst);
        }
        return String.format(
                Locale.ROOT,
                "%-34s %2d outputs, largest absolute error %.2e",
                golden.name(),
                golden.outputs().size(),
                worst);
    }
}
