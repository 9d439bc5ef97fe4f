package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.PackedWeight.Then;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A linear layer on packed weights; runs on the calling thread, so that {@link Rows} decides about threads. */
final class PackedLinear implements Linear {
    private final PackedWeight weight;
    private final Precision view;
    private final Consumer<Tensor> observer;
    private final Optional<PackedUpdate> update;

    /**
     * @param view precision of the layers around
     * @param observer sees each input
     * @param update is added before anything else, so that nothing is fused with the product but that sum
     */
    PackedLinear(PackedWeight weight, Precision view, Consumer<Tensor> observer, Optional<PackedUpdate> update) {
        this.weight = weight;
        this.view = view;
        this.observer = observer;
        this.update = update;
    }

    @Override
    public Tensor forward(Tensor x) {
        return product(x, Then.NOTHING, null, DType.F32);
    }

    /** An activation goes straight into the next product, so it takes that one's type where rounding is the same. */
    @Override
    public Tensor forward(Tensor x, Activation activation) {
        if (update.isPresent()) {
            return activation.apply(forward(x));
        }
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
        Tensor y = weight.forward(rows, then, added(rows, residual), result);
        if (x.dim() == 2) {
            return y;
        }
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.out();
        return y.reshape(shape);
    }

    /** The residual and the update, which the product adds while its result is in registers. */
    private @Nullable Tensor added(Tensor rows, @Nullable Tensor residual) {
        if (update.isEmpty()) {
            return residual;
        }
        Tensor change = update.get().of(rows);
        return residual == null ? change : residual.add(change);
    }

    private static Tensor matrix(Tensor x, long width) {
        Tensor rows = x.dim() == 2 ? x : x.reshape(-1, width);
        return rows.contiguous();
    }
}
