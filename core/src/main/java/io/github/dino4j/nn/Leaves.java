package io.github.dino4j.nn;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/** What a view of the weights hands out where a model asks for a leaf: how weights are held and who computes. */
interface Leaves {
    Linear linear(Parameters at, int in, int out, Bias bias, Optional<LayerScale> scale);

    QueryKeyValue queryKeyValue(Parameters at, SelfAttention.Config c);

    PatchProjection patches(Parameters at, Squares squares);

    Downsampling downsampling(Parameters at, Squares squares);

    Depthwise depthwise(Parameters at, int dim, int kernel);

    /** The same for layers whose rounding errors all later ones inherit. */
    default Leaves exact() {
        return this;
    }

    /** Opens the scope of a forward pass. */
    Scope pass();

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
            LinearWeights weights = LinearWeights.take(at, in, out, bias);
            return new DenseLinear(DenseLinear.product(weights), scale, at.update(in, out));
        }

        @Override
        public QueryKeyValue queryKeyValue(Parameters at, SelfAttention.Config c) {
            return new DenseQueryKeyValue(at.linear("qkv", c.dim(), 3 * c.dim(), c.qkvBias()), c.heads());
        }

        @Override
        public PatchProjection patches(Parameters at, Squares squares) {
            Conv2d proj = squares.convolution(at);
            return (pixels, after) -> {
                FeatureMap map = FeatureMap.of(proj.forward(pixels));
                return map.with(after.apply(map.rows()));
            };
        }

        @Override
        public Downsampling downsampling(Parameters at, Squares squares) {
            Conv2d conv = squares.convolution(at);
            return (x, before) ->
                    FeatureMap.of(conv.forward(x.with(before.apply(x.rows())).image()));
        }

        @Override
        public Depthwise depthwise(Parameters at, int dim, int kernel) {
            Conv2d.Shape shape = new Conv2d.Shape(dim, dim, kernel, Bias.FULL)
                    .padding(kernel / 2)
                    .groups(dim);
            Conv2d conv = new Conv2d(at, shape, Init.truncatedNormal(0.02), Init.ZERO);
            return (x, pixelwise) ->
                    pixelwise.apply(FeatureMap.of(conv.forward(x.image())).rows(), x.rows());
        }

        @Override
        public Scope pass() {
            return Scope.open();
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
