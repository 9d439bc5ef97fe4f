package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * A linear layer with its weights as they are, followed by a LayerScale where it ends a residual branch. Weights held in
 * half precision (a checkpoint too large for float32) are widened for each call, so that the arithmetic is float32 all
 * the same.
 */
final class DenseLinear implements Linear {
    private final LinearWeights weights;
    private final Optional<LayerScale> scale;
    private final Optional<LinearUpdate> update;

    DenseLinear(LinearWeights weights, Optional<LayerScale> scale, Optional<LinearUpdate> update) {
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
        Tensor y = product(x);
        return update.isPresent() ? y.add(update.get().of(x)) : y;
    }

    private Tensor product(Tensor x) {
        if (weights.weight().dtype() == DType.F32) {
            return x.linear(weights.weight(), weights.bias());
        }
        return Scope.tidy(() -> x.linear(weights.weight().to(DType.F32), weights.bias()));
    }
}
