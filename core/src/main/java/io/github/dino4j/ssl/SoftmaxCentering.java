package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Ranks;
import java.util.List;
import java.util.Map;

/**
 * Subtracts a moving average of the scores and takes the softmax (DINO, arXiv:2104.14294, section 3.1, "centering and
 * sharpening").
 *
 * <p>The average moves after each batch. DINOv2's code moves it at the beginning of the next one, which gives the same
 * targets.
 */
public final class SoftmaxCentering implements Centering {
    private final double momentum;
    private final Tensor center;

    /**
     * Begins with a center of 0.
     *
     * @param arena in which the center lives
     * @param prototypes K
     * @param momentum of the average, 0.9 in all recipes; 1 leaves the center as it is: no centering
     */
    public SoftmaxCentering(Arena arena, int prototypes, double momentum) {
        this.momentum = momentum;
        try (Scope scope = Scope.inference()) {
            center = arena.keep(Tensor.zeros(1, prototypes));
        }
    }

    @Override
    public Tensor targets(Tensor scores, double temperature, Ranks ranks) {
        Tensor targets = scores.sub(center).mul(1 / temperature).softmax(-1);
        Tensor sum = scores.detach().sum(true, 0);
        double rows = ranks.sum((double) scores.size(0));
        ranks.sum(List.of(sum));
        if (rows > 0) {
            center.copyFrom(center.mul(momentum).add(sum.mul((1 - momentum) / rows)));
        }
        return targets;
    }

    /** The center [1, K]. */
    public Tensor center() {
        return center;
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("center", center);
    }
}
