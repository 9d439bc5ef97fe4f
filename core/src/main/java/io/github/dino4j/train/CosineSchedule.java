package io.github.dino4j.train;

/**
 * The schedule of DINO v1 to v3 (CosineScheduler; arXiv:2104.14294, appendix A): zeros while frozen, a linear warm-up that
 * reaches {@code base} with its last step, then half a cosine that falls to just before {@code end}.
 *
 * @param base value after the warm-up
 * @param end value from {@code total} on
 * @param total steps altogether
 * @param warmup steps of warm-up
 * @param start value of the first step of warm-up
 * @param freeze steps of 0 at the beginning
 * @param truncExtra stretches the cosine by this part and leaves the stretched end away, rescaled so that {@code end} is
 *     reached (DINOv2's truncated cosine); 0 for none
 */
public record CosineSchedule(
        double base, double end, long total, long warmup, double start, long freeze, double truncExtra)
        implements Schedule {
    public CosineSchedule {
        if (total < 0 || warmup < 0 || freeze < 0 || warmup + freeze > total || !(truncExtra >= 0)) {
            throw new IllegalArgumentException("freezing (" + freeze + ") and warm-up (" + warmup
                    + ") must fit into the steps altogether (" + total + "), and truncExtra (" + truncExtra
                    + ") not be negative");
        }
    }

    /** A warm-up from {@code start} and the cosine. */
    public static CosineSchedule of(double base, double end, long total, long warmup, double start) {
        return new CosineSchedule(base, end, total, warmup, start, 0, 0);
    }

    /** The cosine alone. */
    public static CosineSchedule of(double base, double end, long total) {
        return of(base, end, total, 0, 0);
    }

    @Override
    public double at(long iteration) {
        if (iteration >= total) {
            return end;
        }
        if (iteration < freeze) {
            return 0;
        }
        long step = iteration - freeze;
        if (step < warmup) {
            return warmup == 1 ? start : start + (base - start) * step / (warmup - 1);
        }
        return end + (base - end) * cosine(step - warmup, total - freeze - warmup);
    }

    /** From 1 down to 0. */
    private double cosine(long step, long steps) {
        if (truncExtra == 0) {
            return (1 + Math.cos(Math.PI * step / steps)) / 2;
        }
        double last = (long) ((1 + truncExtra) * steps) - 1;
        double lowest = Math.cos(Math.PI * (steps - 1) / last);
        return (Math.cos(Math.PI * step / last) - lowest) / (1 - lowest);
    }
}
