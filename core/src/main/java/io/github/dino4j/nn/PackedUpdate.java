package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@link LinearUpdate} for packed weights: its outputs stand in their order and carry their factors. In float32, on the
 * calling thread.
 *
 * @param down [in, rank]
 * @param up [rank, out]
 */
record PackedUpdate(Tensor down, Tensor up) {
    /**
     * The update of the layer at a cursor, if the view has one.
     *
     * @param order row of the weight for each output, where it is another one
     * @param factors [out], such as those of LayerScale
     */
    static Optional<PackedUpdate> of(
            Parameters at, int in, int out, long @Nullable [] order, @Nullable Tensor factors) {
        return at.update(in, out).map(update -> {
            LinearUpdate.Product product = update.product();
            Tensor rows = order == null ? product.b() : product.b().rows(order);
            Tensor scaled = factors == null ? rows : rows.mul(factors.unsqueeze(1));
            return new PackedUpdate(
                    at.keep(product.a().transpose(0, 1).contiguous()),
                    at.keep(scaled.transpose(0, 1).contiguous()));
        });
    }

    /** What is added for x [rows, in]: [rows, out]. */
    Tensor of(Tensor x) {
        return x.to(DType.F32).matmul(down).matmul(up);
    }
}
