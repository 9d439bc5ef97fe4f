package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/**
 * Transposed convolution whose stride is its kernel: each pixel becomes a square of k x k.
 *
 * <p>Weights: {@code weight} [in, out, k, k], {@code bias} [out].
 */
public final class ConvTranspose2d {
    private final Tensor weight;
    private final Tensor bias;
    private final int stride;

    public ConvTranspose2d(Parameters p, int in, int out, int stride) {
        this(p, in, out, stride, Init.uniform(1 / Math.sqrt((double) out * stride * stride)));
    }

    public ConvTranspose2d(Parameters p, int in, int out, int stride, Init init) {
        weight = p.tensor("weight", init, in, out, stride, stride);
        bias = p.tensor("bias", Init.ZERO, out);
        this.stride = stride;
    }

    /** Maps x [B, in, H, W] to [B, out, stride H, stride W]. */
    public Tensor forward(Tensor x) {
        return x.convTranspose2d(weight, bias, stride);
    }
}
