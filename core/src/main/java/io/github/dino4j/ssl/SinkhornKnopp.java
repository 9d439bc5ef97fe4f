package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Ranks;
import java.util.List;
import java.util.Map;

/**
 * Spreads a batch evenly over the prototypes by Sinkhorn and Knopp's iteration (SwAV, arXiv:2006.09882, section 3.1;
 * DINOv2, arXiv:2304.07193, section 4): exp(scores / temperature), then in turn each prototype and each sample scaled to its
 * share. Keeps nothing from batch to batch.
 *
 * @param iterations 3 in all recipes
 */
public record SinkhornKnopp(int iterations) implements Centering {
    /** As all recipes have it. */
    public static final SinkhornKnopp STANDARD = new SinkhornKnopp(3);

    @Override
    public Tensor targets(Tensor scores, double temperature, Ranks ranks) {
        if (ranks.size() == 1 && scores.size(0) == 0) {
            return scores;
        }
        double samples = ranks.sum((double) scores.size(0));
        double prototypes = scores.size(1);
        Tensor log = scores.detach().mul(1 / temperature); // logarithms: exp(3.6 / 0.04) is beyond float32 already
        log = log.sub(overPrototypes(overSamples(log, ranks))); // all of them sum to 1
        for (int i = 0; i < iterations; i++) {
            log = log.sub(overSamples(log, ranks)).add(-Math.log(prototypes));
            log = log.sub(overPrototypes(log)).add(-Math.log(samples));
        }
        return log.add(Math.log(samples)).exp();
    }

    /** The logarithm of the sum of exponentials over the samples of all ranks: [1, K]. */
    private static Tensor overSamples(Tensor log, Ranks ranks) {
        Tensor highest = log.size(0) == 0
                ? Tensor.full(-1e30, log.dtype(), log.device(), 1, log.size(1))
                : log.amax(0).unsqueeze(0);
        highest = ranks.gather(highest).amax(0).unsqueeze(0);
        Tensor sum = log.sub(highest).exp().sum(true, 0);
        ranks.sum(List.of(sum));
        return sum.log().add(highest);
    }

    /** The same over the prototypes: [N, 1]. */
    private static Tensor overPrototypes(Tensor log) {
        Tensor highest = log.amax(1).unsqueeze(1);
        return log.sub(highest).exp().sum(true, 1).log().add(highest);
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of();
    }
}
