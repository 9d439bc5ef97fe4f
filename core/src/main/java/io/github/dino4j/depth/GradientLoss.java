package io.github.dino4j.depth;

import io.github.dino4j.tensor.Tensor;

/**
 * Gradient matching (MegaDepth, arXiv:1804.00607): how much the error d changes between pixels two apart, down and across,
 * at four scales. A scale takes every pixel, every second, fourth and sixth (not eighth: as DINOv2's code has it), and its
 * sum is divided by its measured pixels. Keeps edges sharp. Immutable.
 */
public final class GradientLoss implements DepthLoss {
    private static final int[] STRIDES = {1, 2, 4, 6};

    private final boolean ofLogarithms;

    private GradientLoss(boolean ofLogarithms) {
        this.ofLogarithms = ofLogarithms;
    }

    /** d = p - t, in metres. */
    public static GradientLoss ofMetres() {
        return new GradientLoss(false);
    }

    /** d = log p - log t. */
    public static GradientLoss ofLogarithms() {
        return new GradientLoss(true);
    }

    @Override
    public Tensor forward(Tensor prediction, Tensor target, Tensor valid) {
        Masked m = Masked.of(prediction, target, valid);
        Tensor error = ofLogarithms ? m.logRatio() : m.prediction().sub(m.target());
        Tensor loss = Tensor.zeros();
        for (int stride : STRIDES) {
            Tensor d = every(stride, error);
            Tensor weight = every(stride, m.weight());
            double count = Masked.sum(weight).item();
            if (count > 0) { // a scale without a measurement has no changes either
                Tensor changes = changes(2, d, weight).add(changes(3, d, weight));
                loss = loss.add(changes.mul(1 / count));
            }
        }
        return loss;
    }

    private static Tensor every(int stride, Tensor x) {
        return x.slice(2, 0, x.size(2), stride).slice(3, 0, x.size(3), stride);
    }

    /** Sum of |d[i] - d[i + 2]| along an axis, over pairs that are both measured. */
    private static Tensor changes(int axis, Tensor d, Tensor weight) {
        long pairs = Math.max(0, d.size(axis) - 2);
        Tensor difference = d.narrow(axis, 0, pairs).sub(d.narrow(axis, d.size(axis) - pairs, pairs));
        Tensor both = weight.narrow(axis, 0, pairs).mul(weight.narrow(axis, d.size(axis) - pairs, pairs));
        return Masked.sum(difference.abs().mul(both));
    }
}
