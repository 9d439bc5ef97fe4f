package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Weights of a linear layer by their official names: {@code weight} [out, in], {@code bias} [out], {@code bias_mask}
 * [out] with {@link Bias#KEY_MASKED}.
 *
 * @param bias with the mask applied
 */
record LinearWeights(Tensor weight, @Nullable Tensor bias) {
    /** Takes the weights into the model. */
    static LinearWeights take(Parameters p, int in, int out, Bias kind) {
        Tensor weight = p.tensor("weight", Init.truncatedNormal(0.02), out, in);
        return new LinearWeights(weight, bias(p, out, kind));
    }

    /** Reads the weights to make something else of them; they belong to the current scope. */
    static LinearWeights read(Parameters p, int in, int out, Bias kind) {
        Tensor weight = p.read("weight", Init.truncatedNormal(0.02), out, in);
        return new LinearWeights(weight, bias(p, out, kind));
    }

    private static @Nullable Tensor bias(Parameters p, int out, Bias kind) {
        if (kind == Bias.NONE) {
            return null;
        }
        Tensor bias = p.tensor("bias", Init.ZERO, out);
        return kind == Bias.KEY_MASKED ? p.keep(bias.mul(p.buffer("bias_mask", keyMask(out), out))) : bias;
    }

    /** 1 for the thirds of q and v, 0 for that of k. */
    private static Init keyMask(int out) {
        float[] mask = new float[out];
        for (int i = 0; i < out; i++) {
            mask[i] = i / (out / 3) == 1 ? 0 : 1;
        }
        return Init.values(mask);
    }
}
