package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.PackedDepthwise;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Linears packed leaf by leaf while they are read, LayerScale and masks folded in; tiles; remembered tables. */
final class PackedLeaves implements Leaves {
    private final Precision precision;
    private final Set<String> inHalf;
    private final Optional<OutlierProbe> probe;
    private final TableCache tables = new TableCache();

    PackedLeaves(Precision precision, Set<String> inHalf, Optional<OutlierProbe> probe) {
        this.precision = precision;
        this.inHalf = inHalf;
        this.probe = probe;
    }

    @Override
    public Linear linear(Parameters at, int in, int out, Bias bias, Optional<LayerScale> scale) {
        try (Scope scope = Scope.inference()) {
            LinearWeights weights = LinearWeights.read(at, in, out, bias);
            if (scale.isEmpty()) {
                return linear(at, pack(at, weights.weight(), weights.bias()));
            }
            Tensor folded = scale.get().fold(weights.weight().to(DType.F32));
            Tensor shift = weights.bias();
            return linear(
                    at, pack(at, folded, shift == null ? null : scale.get().forward(shift)));
        }
    }

    private Linear linear(Parameters at, PackedWeight weight) {
        return new PackedLinear(weight, precision, observer(at));
    }

    private Consumer<Tensor> observer(Parameters at) {
        String name = at.name();
        return probe.<Consumer<Tensor>>map(p -> x -> p.observe(name, x)).orElse(x -> {});
    }

    @Override
    public QueryKeyValue queryKeyValue(Parameters at, SelfAttention.Config c) {
        if (c.rotary().isPresent() && c.rotary().get() != DType.F32) {
            // Turns that are rounded on the way need the official order of operations.
            return new DenseQueryKeyValue(at.linear("qkv", c.dim(), 3 * c.dim(), c.qkvBias()), c.heads());
        }
        try (Scope scope = Scope.inference()) {
            Parameters qkv = at.at("qkv");
            LinearWeights weights = LinearWeights.read(qkv, c.dim(), 3 * c.dim(), c.qkvBias());
            Tensor weight = weights.weight();
            Tensor bias = weights.bias();
            if (c.rotary().isPresent()) {
                long[] order = PackedQueryKeyValue.pairs(c.dim(), c.heads());
                weight = weight.rows(order);
                bias = bias == null ? null : bias.rows(order);
            }
            return new PackedQueryKeyValue(pack(qkv, weight, bias), c.heads(), precision, observer(qkv));
        }
    }

    /** In int8 too the pixels are bfloat16: the product is small, and its inputs have no headroom. */
    @Override
    public PatchProjection patches(Parameters at, Squares squares) {
        try (Scope scope = Scope.inference()) {
            Tensor weight = PackedPatches.forImages(squares.weight(at));
            Precision pixels = precision == Precision.INT8 ? Precision.BFLOAT16 : precision;
            PackedWeight packed = PackedWeight.pack(pixels, weight, squares.bias(at), at::keep);
            return new PackedPatches(packed, squares.side(), x -> {})::ofImage;
        }
    }

    @Override
    public Downsampling downsampling(Parameters at, Squares squares) {
        try (Scope scope = Scope.inference()) {
            PackedWeight packed = pack(at, PackedPatches.forMaps(squares.weight(at)), squares.bias(at));
            return new PackedPatches(packed, squares.side(), observer(at))::ofMap;
        }
    }

    /** In float32: the sums are short, and the map that it reads is. */
    @Override
    public Depthwise depthwise(Parameters at, int dim, int kernel) {
        try (Scope scope = Scope.inference()) {
            Tensor weight = at.read("weight", Init.truncatedNormal(0.02), dim, 1, kernel, kernel);
            Tensor bias = at.read("bias", Init.ZERO, dim);
            PackedDepthwise conv = PackedDepthwise.pack(weight, bias, at::keep);
            return (x, pixelwise) -> {
                Tensor rows = x.rows().contiguous();
                List<FeatureMap.Band> bands = x.bands();
                return Tiles.map(FeatureMap.Band.ranges(bands), dim, DType.F32, i -> {
                    FeatureMap.Band band = bands.get(i);
                    Tensor map = x.with(rows).image(band.image());
                    Tensor y = conv.forward(map, x.height(), x.width(), band.first(), band.lines());
                    return pixelwise.apply(y, band.rows().of(rows));
                });
            };
        }
    }

    private PackedWeight pack(Parameters at, Tensor weight, @Nullable Tensor bias) {
        boolean half = precision == Precision.INT8 && inHalf.contains(at.name());
        return PackedWeight.pack(half ? Precision.BFLOAT16 : precision, weight, bias, at::keep);
    }

    @Override
    public Rows rows() {
        return Rows.TILED;
    }

    @Override
    public Rotary rotary(Rotary.Table table) {
        return table.cos().dtype() == DType.F32 ? Rotary.Pairs.of(table) : table;
    }

    @Override
    public Tensor table(Object shape, Supplier<Tensor> compute) {
        return tables.get(shape, compute);
    }
}
