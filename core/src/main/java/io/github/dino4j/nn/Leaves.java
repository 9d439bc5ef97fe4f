package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/** What a view of the weights hands out where a model asks for a leaf: how weights are held and who computes. */
interface Leaves {
    Linear linear(Parameters at, int in, int out, Bias bias, Optional<LayerScale> scale);

    QueryKeyValue queryKeyValue(Parameters at, SelfAttention.Config c);

    PatchProjection patches(Parameters at, int channels, int dim, int patch);

    /** How token-wise work is cut. */
    Rows rows();

    /** How turns by position are applied. */
    Rotary rotary(Rotary.Table table);

    /** A table that depends on a shape alone: computed at each use, or remembered. */
    Tensor table(Object shape, Supplier<Tensor> compute);

    /** Weights as they are: for training, for shapes without values, and where nothing can be packed. */
    Leaves DENSE = new Leaves() {
        @Override
        public Linear linear(Parameters at, int in, int out, Bias bias, Optional<LayerScale> scale) {
            return new DenseLinear(LinearWeights.take(at, in, out, bias), scale);
        }

        @Override
        public QueryKeyValue queryKeyValue(Parameters at, SelfAttention.Config c) {
            return new DenseQueryKeyValue(at.linear("qkv", c.dim(), 3 * c.dim(), c.qkvBias()), c.heads());
        }

        @Override
        public PatchProjection patches(Parameters at, int channels, int dim, int patch) {
            Conv2d proj = new Conv2d(at, new Conv2d.Shape(channels, dim, patch, Bias.FULL).stride(patch));
            return pixels -> proj.forward(pixels).flatten(2, 3).transpose(1, 2);
        }

        @Override
        public Rows rows() {
            return Rows.WHOLE;
        }

        @Override
        public Rotary rotary(Rotary.Table table) {
            return table;
        }

        @Override
        public Tensor table(Object shape, Supplier<Tensor> compute) {
            return compute.get();
        }
    };
}
