package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer that multiplies in bfloat16 and gives float32 ("Mixed precision training", arXiv:1710.03740). The
 * gradients of its weights are float32.
 */
final class MixedLinear implements Linear {
    private final Weights weights;
    private final Optional<LayerScale> scale;
    private final Optional<LinearUpdate> update;

    MixedLinear(Weights weights, Optional<LayerScale> scale, Optional<LinearUpdate> update) {
        this.weights = weights;
        this.scale = scale;
        this.update = update;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = updated(x);
        return scale.isPresent() ? scale.get().forward(y) : y;
    }

    @Override
    public Tensor forwardAdd(Tensor x, Tensor residual) {
        Tensor y = updated(x);
        return scale.isPresent() ? scale.get().forwardAdd(y, residual) : residual.add(y);
    }

    private Tensor updated(Tensor x) {
        Tensor y = x.to(DType.BF16).linear(weights.weight(), weights.bias()).to(DType.F32);
        return update.isPresent() ? y.add(update.get().of(x)) : y;
    }

    /** bfloat16 copies of what is frozen; what learns is converted in each pass. */
    record Weights(
            LinearWeights own,
            @Nullable Tensor frozenWeight,
            @Nullable Tensor frozenBias) {
        static Weights of(LinearWeights own, UnaryOperator<Tensor> keep) {
            return new Weights(own, frozen(own.weight(), keep), frozen(own.bias(), keep));
        }

        private static @Nullable Tensor frozen(@Nullable Tensor weight, UnaryOperator<Tensor> keep) {
            if (weight == null || weight.learns()) {
                return null;
            }
            try (Scope scope = Scope.inference()) {
                return keep.apply(weight.to(DType.BF16));
            }
        }

        Tensor weight() {
            return frozenWeight == null ? own.weight().to(DType.BF16) : frozenWeight;
        }

        @Nullable
        Tensor bias() {
            Tensor bias = frozenBias == null ? own.bias() : frozenBias;
            return bias == null ? null : bias.to(DType.BF16);
        }
    }
}
