package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.PackedWeight.Then;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Tensor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A linear layer on packed weights; runs on the calling thread, so that {@link Rows} decides about threads. */
final class PackedLinear implements Linear {
    private final PackedWeight weight;
    private final Precision view;
    private final Consumer<Tensor> observer;

    /**
     * @param view precision of the layers around
     * @param observer sees each input
     */
    PackedLinear(PackedWeight weight, Precision view, Consumer<Tensor> observer) {
        this.weight = weight;
        this.view = view;
        this.observer = observer;
    }

    @Override
    public Tensor forward(Tensor x) {
        return product(x, Then.NOTHING, null, DType.F32);
    }

    /** An activation goes straight into the next product, so it takes that one's type where rounding is the same. */
    @Override
    public Tensor forward(Tensor x, Activation activation) {
        Then then = switch (activation) {
            case GELU -> Then.GELU;
            case SILU -> Then.SILU;
            case RELU -> Then.RELU;
        };
        boolean half = view == Precision.BFLOAT16 && activation == Activation.GELU;
        return product(x, then, null, half ? DType.BF16 : DType.F32);
    }

    @Override
    public Tensor forwardAdd(Tensor x, Tensor residual) {
        return product(x, Then.NOTHING, matrix(residual, weight.out()), DType.F32);
    }

    private Tensor product(Tensor x, Then then, @Nullable Tensor residual, DType result) {
        Tensor rows = matrix(x, weight.in());
        observer.accept(rows);
        Tensor y = weight.forward(rows, then, residual, result);
        if (x.dim() == 2) {
            return y;
        }
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.out();
        return y.reshape(shape);
    }

    private static Tensor matrix(Tensor x, long width) {
        Tensor rows = x.dim() == 2 ? x : x.reshape(-1, width);
        return rows.contiguous();
    }
}
