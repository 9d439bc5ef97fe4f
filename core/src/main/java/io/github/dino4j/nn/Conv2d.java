package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution with a square kernel and zero padding.
 *
 * <p>Weights: {@code weight} [out, in / groups, k, k], {@code bias} [out].
 */
public final class Conv2d {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final int stride;
    private final int padding;
    private final int groups;

    /** Shape of a convolution; {@link #stride}, {@link #padding}, {@link #groups} change one thing each. */
    public record Shape(int in, int out, int kernel, int stride, int padding, int groups, Bias bias) {
        public Shape(int in, int out, int kernel, Bias bias) {
            this(in, out, kernel, 1, 0, 1, bias);
        }

        public Shape stride(int value) {
            return new Shape(in, out, kernel, value, padding, groups, bias);
        }

        public Shape padding(int value) {
            return new Shape(in, out, kernel, stride, value, groups, bias);
        }

        public Shape groups(int value) {
            return new Shape(in, out, kernel, stride, padding, value, bias);
        }

        /** Values that one output sees. */
        int fanIn() {
            return in / groups * kernel * kernel;
        }
    }

    /** Draws uniformly in +-1/sqrt(fan in) where nothing is loaded, PyTorch's default. */
    public Conv2d(Parameters p, Shape shape) {
        this(p, shape, Init.uniform(1 / Math.sqrt(shape.fanIn())), Init.uniform(1 / Math.sqrt(shape.fanIn())));
    }

    public Conv2d(Parameters p, Shape shape, Init weightInit, Init biasInit) {
        weight = p.tensor("weight", weightInit, shape.out, shape.in / shape.groups, shape.kernel, shape.kernel);
        bias = shape.bias == Bias.NONE ? null : p.tensor("bias", biasInit, shape.out);
        stride = shape.stride;
        padding = shape.padding;
        groups = shape.groups;
    }

    /** Maps x [B, in, H, W] to [B, out, H', W'], H' = (H + 2 padding - k) / stride + 1 rounded down. */
    public Tensor forward(Tensor x) {
        return x.conv2d(weight.to(DType.F32), bias, stride, padding, groups);
    }
}
