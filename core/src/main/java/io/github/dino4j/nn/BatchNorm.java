package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Batch normalisation (arXiv:1502.03167) of a map by running statistics, as at inference.
 *
 * <p>Weights: {@code weight}, {@code bias}, {@code running_mean}, {@code running_var}, each [C]; {@code num_batches_tracked} [].
 */
public final class BatchNorm {
    private static final double EPS = 1e-5; // PyTorch's default, which all published models keep

    private final Tensor weight;
    private final Tensor bias;
    private final Tensor mean;
    private final Tensor variance;

    public BatchNorm(Parameters p, int channels) {
        weight = p.tensor("weight", Init.ONE, channels);
        bias = p.tensor("bias", Init.ZERO, channels);
        mean = p.tensor("running_mean", Init.ZERO, channels);
        variance = p.tensor("running_var", Init.ONE, channels);
        p.tensor("num_batches_tracked", Init.values(new float[1])); // of training; some files leave it out
    }

    /** Normalises x [B, C, H, W]. */
    public Tensor forward(Tensor x) {
        return x.batchNorm(weight, bias, mean, variance, EPS);
    }
}
