package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.DepthwiseWeight;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.PackedWeight.Source;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Slab;
import io.github.dino4j.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Linears packed leaf by leaf while they are read, LayerScale and masks folded in; tiles; remembered tables. */
final class PackedLeaves implements Leaves {
    private final Precision precision;
    private final Int8Plan plan;
    private final Optional<OutlierProbe> probe;
    private final Slab slab;
    private final TableCache tables;
    /** What was packed, by name: a second model over the same weights shares it. */
    private final Packed packed;

    private record Packed(Map<String, PackedWeight> weights, Map<String, DepthwiseWeight> depthwise) {
        Packed() {
            this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }
    }

    PackedLeaves(UnaryOperator<Tensor> keep, Precision precision, Int8Plan plan, Optional<OutlierProbe> probe) {
        this(new Slab(keep), new TableCache(), new Packed(), precision, plan, probe);
    }

    private PackedLeaves(
            Slab slab,
            TableCache tables,
            Packed packed,
            Precision precision,
            Int8Plan plan,
            Optional<OutlierProbe> probe) {
        this.slab = slab;
        this.tables = tables;
        this.packed = packed;
        this.precision = precision;
        this.plan = plan;
        this.probe = probe;
    }

    /** A probe sees all layers alike, since int8 asks it about all of them. */
    @Override
    public Leaves exact() {
        return precision == Precision.BFLOAT16 && probe.isEmpty()
                ? new PackedLeaves(slab, tables, packed, Precision.FLOAT32, plan, probe)
                : this;
    }

    @Override
    public Linear linear(Parameters at, int in, int out, Bias bias, Optional<LayerScale> scale) {
        try (Scope scope = Scope.inference()) {
            Tensor factors = scale.map(LayerScale::factors).orElse(null);
            PackedWeight weight = once(at, () -> {
                LinearWeights weights = LinearWeights.read(at, in, out, bias);
                Tensor shift = weights.bias();
                Tensor scaled = shift == null || factors == null ? shift : shift.mul(factors);
                return pack(at, new Source(weights.weight(), scaled, null, factors));
            });
            return new PackedLinear(weight, precision, observer(at), PackedUpdate.of(at, in, out, null, factors));
        }
    }

    private PackedWeight once(Parameters at, Supplier<PackedWeight> pack) {
        return packed.weights.computeIfAbsent(precision + " " + at.name(), name -> pack.get());
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
            int out = 3 * c.dim();
            long[] order = c.rotary().isPresent() ? PackedQueryKeyValue.pairs(c.dim(), c.heads()) : null;
            PackedWeight weight = once(qkv, () -> {
                LinearWeights weights = LinearWeights.read(qkv, c.dim(), out, c.qkvBias());
                Tensor bias = weights.bias();
                Tensor shift = bias == null || order == null ? bias : bias.rows(order);
                return pack(qkv, new Source(weights.weight(), shift, order, null));
            });
            Optional<PackedUpdate> update = PackedUpdate.of(qkv, c.dim(), out, order, null);
            return new PackedQueryKeyValue(weight, c.heads(), precision, observer(qkv), update);
        }
    }

    /** In int8 too the pixels are bfloat16: the product is small, and its inputs have no headroom. */
    @Override
    public PatchProjection patches(Parameters at, Squares squares) {
        try (Scope scope = Scope.inference()) {
            Precision pixels = precision == Precision.INT8 ? Precision.BFLOAT16 : precision;
            PackedWeight weight = once(
                    at,
                    () -> pack(at, pixels, new Source(PackedPatches.forImages(squares.weight(at)), squares.bias(at))));
            return new PackedPatches(weight, squares.side(), x -> {})::ofImage;
        }
    }

    @Override
    public Downsampling downsampling(Parameters at, Squares squares) {
        try (Scope scope = Scope.inference()) {
            PackedWeight weight =
                    once(at, () -> pack(at, new Source(PackedPatches.forMaps(squares.weight(at)), squares.bias(at))));
            return new PackedPatches(weight, squares.side(), observer(at))::ofMap;
        }
    }

    /** In float32: its sums cost little, and so is the map that it reads. */
    @Override
    public Depthwise depthwise(Parameters at, int dim, int kernel) {
        try (Scope scope = Scope.inference()) {
            return new PackedDepthwise(packed.depthwise.computeIfAbsent(at.name(), name -> {
                Tensor weight = at.read("weight", Init.truncatedNormal(0.02), dim, 1, kernel, kernel);
                if (!weight.isFinite()) {
                    at.notFinite("weight");
                }
                return DepthwiseWeight.pack(weight, at.tensor("bias", Init.ZERO, dim), slab);
            }));
        }
    }

    private PackedWeight pack(Parameters at, Source source) {
        boolean half = precision == Precision.INT8 && plan.inHalf().contains(at.name());
        if (half || precision != Precision.INT8) {
            return pack(at, half ? Precision.BFLOAT16 : precision, source);
        }
        float[] factors = plan.factors().get(at.name());
        return pack(at, precision, factors == null ? source : source.balanced(Tensor.of(factors, factors.length)));
    }

    private PackedWeight pack(Parameters at, Precision precision, Source source) {
        PackedWeight packed = PackedWeight.pack(precision, source, slab);
        if (!packed.isFinite()) {
            at.notFinite("weight");
        }
        return packed;
    }

    @Override
    public Scope pass() {
        return Scope.tiled();
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
