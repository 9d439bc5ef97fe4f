package io.github.dino4j.depth;

import io.github.dino4j.tensor.Tensor;

/**
 * How wrong depths are: one number that gradients flow from. Only pixels with a measurement count, and what stands in the
 * others, NaN included, reaches neither the loss nor the gradient.
 */
@FunctionalInterface
public interface DepthLoss {
    /**
     * The loss, a scalar [].
     *
     * @param prediction [B, 1, H, W] in metres, at the size of the target
     * @param target [B, 1, H, W] in metres
     * @param valid BOOL [B, 1, H, W], where the target is a measurement
     * @throws IllegalArgumentException if shapes differ, or no pixel is valid where a mean is asked for
     */
    Tensor forward(Tensor prediction, Tensor target, Tensor valid);

    /** Mean |p - t|. */
    static DepthLoss l1() {
        return (prediction, target, valid) -> {
            Masked m = Masked.of(prediction, target, valid);
            Tensor error = m.prediction().sub(m.target()).abs();
            return Masked.sum(error).mul(1 / (m.count() + 1e-7));
        };
    }

    /** The sum of two losses, the second of them weighted: {@code new SigLoss().plus(0.5, GradientLoss.ofLogarithms())}. */
    default DepthLoss plus(double weight, DepthLoss other) {
        return (prediction, target, valid) -> forward(prediction, target, valid)
                .add(other.forward(prediction, target, valid).mul(weight));
    }

    /** The same times a number. */
    default DepthLoss times(double weight) {
        return (prediction, target, valid) -> forward(prediction, target, valid).mul(weight);
    }
}
