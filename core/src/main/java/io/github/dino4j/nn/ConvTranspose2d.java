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

    /**
     * Maps x [B, in, H, W] to [B, out, stride H, stride W]. The squares do not overlap, so each is a linear map of its
     * pixel, at the speed of one.
     */
    public Tensor forward(Tensor x) {
        long B = x.size(0), H = x.size(2), W = x.size(3);
        long out = bias.size(0);
        Tensor rows = weight.permute(1, 2, 3, 0).reshape(out * stride * stride, weight.size(0));
        Tensor squares = x.permute(0, 2, 3, 1).linear(rows, null); // [B, H, W, out k k]
        return squares.reshape(B, H, W, out, stride, stride)
                .permute(0, 3, 1, 4, 2, 5)
                .reshape(B, out, H * stride, W * stride)
                .add(bias.reshape(out, 1, 1));
    }
}
