package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer with its weights as they are. Weights held in half precision (a checkpoint too large for float32) are
 * widened for each call, so that the arithmetic is float32 all the same.
 *
 * <p>Weights: {@code weight} [out, in], {@code bias} [out], {@code bias_mask} [out] with {@link Bias#KEY_MASKED}.
 */
final class DenseLinear implements Linear {
    private final Tensor weight;
    private final @Nullable Tensor bias;

    DenseLinear(Parameters p, int in, int out, Bias kind) {
        weight = p.tensor("weight", Init.truncatedNormal(0.02), out, in);
        bias = kind == Bias.NONE ? null : bias(p, out, kind);
    }

    private static Tensor bias(Parameters p, int out, Bias kind) {
        Tensor bias = p.tensor("bias", Init.ZERO, out);
        return kind == Bias.KEY_MASKED ? p.keep(bias.mul(p.tensor("bias_mask", keyMask(out), out))) : bias;
    }

    /** 1 for the thirds of q and v, 0 for that of k. */
    private static Init keyMask(int out) {
        float[] mask = new float[out];
        for (int i = 0; i < out; i++) {
            mask[i] = i / (out / 3) == 1 ? 0 : 1;
        }
        return Init.values(mask);
    }

    @Override
    public Tensor forward(Tensor x) {
        if (weight.dtype() == DType.F32) {
            return x.linear(weight, bias);
        }
        return Scope.tidy(() -> x.linear(weight.to(DType.F32), bias));
    }
}
