package io.github.dino4j.train;

/**
 * Polynomial decay after a linear warm-up, as MMSegmentation's recipes have it and DINOv2's linear segmentation (poly of power
 * 1, warm-up 1500 steps from 1e-6): end + (base - end)(1 - i / total)^power, in the warm-up times a factor that grows from
 * {@code warmupRatio} to 1.
 */
public record WarmupPolynomial(double base, double end, double power, long warmup, double warmupRatio, long total)
        implements Schedule {
    public WarmupPolynomial {
        if (warmup < 0 || total < 1) {
            throw new IllegalArgumentException(
                    "a warm-up of " + warmup + " steps of " + total + " is no schedule: steps must be positive");
        }
    }

    @Override
    public double at(long iteration) {
        double left = 1 - (double) Math.min(iteration, total) / total;
        double value = end + (base - end) * Math.pow(left, power);
        return iteration >= warmup ? value : value * (1 - (1 - (double) iteration / warmup) * (1 - warmupRatio));
    }
}
