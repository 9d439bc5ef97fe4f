package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Batch normalisation (arXiv:1502.03167) of a map: by running statistics at inference, by those of the batch in a
 * {@linkplain Parameters#learning learning} view, which moves the running ones a tenth of the way.
 *
 * <p>Weights: {@code weight}, {@code bias}, {@code running_mean}, {@code running_var}, each [C]; {@code num_batches_tracked} [].
 */
public final class BatchNorm {
    private static final double EPS = 1e-5; // PyTorch's defaults, which all published models keep
    private static final double MOMENTUM = 0.1;

    private final boolean learning;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor mean;
    private final Tensor variance;

    public BatchNorm(Parameters p, int channels) {
        learning = p.isLearning();
        weight = p.tensor("weight", Init.ONE, channels);
        bias = p.tensor("bias", Init.ZERO, channels);
        mean = p.buffer("running_mean", Init.ZERO, channels);
        variance = p.buffer("running_var", Init.ONE, channels);
        p.buffer("num_batches_tracked", Init.values(new float[1])); // of training; some files leave it out
    }

    /** Normalises x [B, C, H, W]. */
    public Tensor forward(Tensor x) {
        return learning
                ? x.batchNormLearning(weight, bias, mean, variance, MOMENTUM, EPS)
                : x.batchNorm(weight, bias, mean, variance, EPS);
    }
}
