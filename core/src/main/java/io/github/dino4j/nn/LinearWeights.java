package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Weights of a linear layer by their official names: {@code weight} [out, in], {@code bias} [out], {@code bias_mask}
 * [out] with {@link Bias#KEY_MASKED}.
 *
 * @param stored the bias; with the mask applied already, unless it learns
 * @param mask of a bias that learns
 */
record LinearWeights(
        Tensor weight, @Nullable Tensor stored, @Nullable Tensor mask) {
    /** Takes the weights into the model. */
    static LinearWeights take(Parameters p, int in, int out, Bias kind) {
        return of(p, p.tensor("weight", Init.truncatedNormal(0.02), out, in), out, kind);
    }

    /** Reads the weights to make something else of them; they belong to the current scope. */
    static LinearWeights read(Parameters p, int in, int out, Bias kind) {
        return of(p, p.read("weight", Init.truncatedNormal(0.02), out, in), out, kind);
    }

    private static LinearWeights of(Parameters p, Tensor weight, int out, Bias kind) {
        if (kind == Bias.NONE) {
            return new LinearWeights(weight, null, null);
        }
        Tensor bias = p.tensor("bias", Init.ZERO, out);
        if (kind != Bias.KEY_MASKED) {
            return new LinearWeights(weight, bias, null);
        }
        Tensor mask = p.buffer("bias_mask", keyMask(out), out);
        return bias.learns()
                ? new LinearWeights(weight, bias, mask)
                : new LinearWeights(weight, p.keep(bias.mul(mask)), null);
    }

    /** The bias with the mask applied: in each pass anew where it learns, since a backward pass uses its graph up. */
    @Nullable
    Tensor bias() {
        return stored == null || mask == null ? stored : stored.mul(mask);
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
