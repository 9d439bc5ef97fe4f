package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The product of a linear layer in bfloat16, given as float32 ("Mixed precision training", arXiv:1710.03740). What is frozen
 * has been converted once; what learns is converted in each pass, and its gradients are float32.
 */
record MixedProduct(
        LinearWeights own,
        @Nullable Tensor frozenWeight,
        @Nullable Tensor frozenBias) implements UnaryOperator<Tensor> {
    /**
     * Converts what is frozen.
     *
     * @param keep takes a copy into the model
     */
    static MixedProduct of(LinearWeights own, UnaryOperator<Tensor> keep) {
        return new MixedProduct(own, frozen(own.weight(), keep), frozen(own.bias(), keep));
    }

    private static @Nullable Tensor frozen(@Nullable Tensor weight, UnaryOperator<Tensor> keep) {
        if (weight == null || weight.learns()) {
            return null;
        }
        try (Scope scope = Scope.inference()) {
            return keep.apply(weight.to(DType.BF16));
        }
    }

    @Override
    public Tensor apply(Tensor x) {
        Tensor weight = frozenWeight == null ? own.weight().to(DType.BF16) : frozenWeight;
        Tensor bias = frozenBias == null ? own.bias() : frozenBias;
        return x.to(DType.BF16)
                .linear(weight, bias == null ? null : bias.to(DType.BF16))
                .to(DType.F32);
    }
}
