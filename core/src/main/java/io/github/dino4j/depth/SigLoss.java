package io.github.dino4j.depth;

import io.github.dino4j.tensor.Tensor;

/**
 * Scale-invariant loss on logarithms (Eigen et al., arXiv:1406.2283; in the form of AdaBins, arXiv:2011.14141, and
 * DINOv2): with g = log p - log t over the measured pixels, sqrt(var(g) + 0.15 mean(g)^2). While it warms up, the variance
 * is left out, so that the scale is found first. Counts its calls, hence one training run each; not thread-safe.
 */
public final class SigLoss implements DepthLoss {
    /** Of DINOv2's and DINOv3's recipes. */
    public static final int WARM_UP_CALLS = 100;

    private static final double OF_MEAN = 0.15;

    private final int warmUpCalls;
    private int calls;

    /** Warms up for {@value #WARM_UP_CALLS} calls. */
    public SigLoss() {
        this(WARM_UP_CALLS);
    }

    /**
     * @param warmUpCalls for how many calls the variance is left out; 0: never
     */
    public SigLoss(int warmUpCalls) {
        if (warmUpCalls < 0) {
            throw new IllegalArgumentException("a loss warms up for 0 calls or more, not " + warmUpCalls);
        }
        this.warmUpCalls = warmUpCalls;
    }

    /** Calls so far that counted towards the warming up: all that a resumed run must find again. */
    public int calls() {
        return calls;
    }

    /** Goes on as if it had been called so often. */
    public void resume(int calls) {
        if (calls < 0) {
            throw new IllegalArgumentException("a loss was called 0 times or more, not " + calls);
        }
        this.calls = calls;
    }

    @Override
    public Tensor forward(Tensor prediction, Tensor target, Tensor valid) {
        Masked m = Masked.of(prediction, target, valid);
        boolean warmingUp = calls < warmUpCalls;
        double least = warmingUp ? 1 : 2; // a variance needs two
        if (m.count() < least) {
            throw new IllegalArgumentException("the loss is a mean over measured pixels, and this batch has "
                    + (long) m.count() + " of them; leave such images out");
        }
        if (warmingUp) {
            calls++;
        }
        Tensor g = m.logRatio();
        Tensor mean = Masked.sum(g).mul(1 / m.count());
        Tensor squared = mean.square().mul(OF_MEAN);
        if (!warmingUp) {
            Tensor variance = Masked.sum(g.sub(mean).mul(m.weight()).square()).mul(1 / (m.count() - 1)); // unbiased
            squared = squared.add(variance);
        }
        return squared.item() > 0 ? squared.sqrt() : squared.abs(); // the root's gradient at 0 is infinite
    }
}
