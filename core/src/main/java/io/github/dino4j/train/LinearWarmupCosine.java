package io.github.dino4j.train;

/**
 * DINOv3's newer schedule (linear_warmup_cosine_decay): a linear warm-up whose last step is short of {@code peak}, half a
 * cosine that begins with {@code peak} and reaches {@code end} with its last step, then {@code end}.
 *
 * @param warmup steps of warm-up
 * @param cosine steps of the cosine
 */
public record LinearWarmupCosine(double start, double peak, double end, long warmup, long cosine) implements Schedule {
    public LinearWarmupCosine {
        if (warmup < 0 || cosine < 0) {
            throw new IllegalArgumentException(
                    "warm-up and cosine cannot have " + warmup + " and " + cosine + " steps, which is negative");
        }
    }

    @Override
    public double at(long iteration) {
        if (iteration < warmup) {
            return start + (peak - start) * iteration / warmup;
        }
        long step = iteration - warmup;
        if (step >= cosine) {
            return end;
        }
        return cosine == 1 ? peak : end + (peak - end) * (1 + Math.cos(Math.PI * step / (cosine - 1))) / 2;
    }
}
