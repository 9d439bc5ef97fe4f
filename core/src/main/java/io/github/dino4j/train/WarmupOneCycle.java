package io.github.dino4j.train;

/**
 * WarmupOneCycleLR of DINOv3's linear segmentation and depth recipes, quirks included: the learning rate of the warm-up also
 * falls towards {@code total}; afterwards it follows a cosine that began at step 0, so that it jumps at the end of the
 * warm-up.
 *
 * @param peak of the cosine
 * @param divFactor the lowest rate is peak / divFactor / finalDivFactor; 25 there
 * @param finalDivFactor infinity for a lowest rate of 0
 * @param warmup steps of warm-up
 * @param warmupRatio part of the rate at the first step; 0 for the other form of warm-up, a rising part of the cosine
 * @param total steps altogether
 * @param delay by how many steps the schedule lags: 1 in segmentation, where it is not stepped after the first step
 */
public record WarmupOneCycle(
        double peak, double divFactor, double finalDivFactor, long warmup, double warmupRatio, long total, int delay)
        implements Schedule {
    public WarmupOneCycle {
        if (warmup < 0 || warmup >= total || !(divFactor > 0) || !(finalDivFactor > 0) || delay < 0) {
            throw new IllegalArgumentException(
                    "a warm-up of " + warmup + " steps of " + total + ", factors " + divFactor
                            + " and " + finalDivFactor + " and a delay of " + delay
                            + " are no schedule: the warm-up must be shorter than the whole, the factors positive");
        }
    }

    /** ADE20K, linear head: the rate falls to 0. */
    public static WarmupOneCycle segmentation(double peak, long warmup, long total) {
        return new WarmupOneCycle(peak, 25, Double.POSITIVE_INFINITY, warmup, 1e-6, total, 1);
    }

    /** NYU Depth V2, linear head. */
    public static WarmupOneCycle depth(double peak, long warmup, long total) {
        return new WarmupOneCycle(peak, 25, 1000, warmup, 1e-6, total, 0);
    }

    @Override
    public double at(long iteration) {
        long step = step(iteration);
        if (step >= warmup) {
            double lowest = peak / divFactor / finalDivFactor;
            return lowest + (peak - lowest) / 2 * (1 + Math.cos(Math.PI * (step + 1) / total));
        }
        double done = (double) step / warmup;
        if (warmupRatio > 0) {
            return peak * (1 - (1 - done) * (1 - warmupRatio)) * (1 - (double) step / total);
        }
        return peak / finalDivFactor + peak * (1 + Math.cos(Math.PI * step / total)) / 2 * done;
    }

    /** beta1 or momentum beside it: 0 in the warm-up, a quirk too, then from {@code base} to {@code most} by a cosine. */
    public Schedule momentum(double base, double most) {
        return iteration -> {
            long step = step(iteration);
            double done = (double) (step - warmup) / (total - warmup);
            return step < warmup ? 0 : most + (base - most) / 2 * (1 + Math.cos(Math.PI * done));
        };
    }

    private long step(long iteration) {
        return Math.min(total - 1, Math.max(0, iteration - delay));
    }
}
