package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A linear layer by the engine's own operators: a product, what a view adds to it, and a LayerScale where it ends a residual
 * branch.
 */
final class DenseLinear implements Linear {
    private final UnaryOperator<Tensor> product;
    private final Optional<LayerScale> scale;
    private final Optional<LinearUpdate> update;

    /**
     * Puts the parts together.
     *
     * @param product x W^T + b, float32
     */
    DenseLinear(UnaryOperator<Tensor> product, Optional<LayerScale> scale, Optional<LinearUpdate> update) {
        this.product = product;
        this.scale = scale;
        this.update = update;
    }

    /**
     * The product with weights as they are. Those held in half precision (a checkpoint too large for float32) are widened for
     * each call, so that the arithmetic is float32 all the same.
     */
    static UnaryOperator<Tensor> product(LinearWeights weights) {
        return x -> weights.weight().dtype() == DType.F32
                ? x.linear(weights.weight(), weights.bias())
                : Scope.tidy(() -> x.linear(weights.weight().to(DType.F32), weights.bias()));
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
        Tensor y = product.apply(x);
        return update.isPresent() ? y.add(update.get().of(x)) : y;
    }
}
