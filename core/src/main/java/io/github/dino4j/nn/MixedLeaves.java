package io.github.dino4j.nn;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/** Weights as they are, but linear layers multiply in bfloat16. */
final class MixedLeaves implements Leaves {
    static final Leaves MIXED = new MixedLeaves();

    private MixedLeaves() {}

    @Override
    public Linear linear(Parameters at, int in, int out, Bias bias, Optional<LayerScale> scale) {
        LinearWeights weights = LinearWeights.take(at, in, out, bias);
        return new DenseLinear(MixedProduct.of(weights, at::keep), scale, at.update(in, out));
    }

    @Override
    public QueryKeyValue queryKeyValue(Parameters at, SelfAttention.Config c) {
        return DENSE.queryKeyValue(at, c);
    }

    @Override
    public PatchProjection patches(Parameters at, Squares squares) {
        return DENSE.patches(at, squares);
    }

    @Override
    public Downsampling downsampling(Parameters at, Squares squares) {
        return DENSE.downsampling(at, squares);
    }

    @Override
    public Depthwise depthwise(Parameters at, int dim, int kernel) {
        return DENSE.depthwise(at, dim, kernel);
    }

    @Override
    public Leaves exact() {
        return DENSE;
    }

    @Override
    public Scope pass() {
        return DENSE.pass();
    }

    @Override
    public Rows rows() {
        return DENSE.rows();
    }

    @Override
    public Rotary rotary(Rotary.Table table) {
        return DENSE.rotary(table);
    }

    @Override
    public Tensor table(Object shape, Supplier<Tensor> compute) {
        return DENSE.table(shape, compute);
    }
}
