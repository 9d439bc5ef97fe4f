package io.github.dino4j.nn;

import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cursor into a model's weights, like a path: {@code p.at("blocks").at(3).linear("fc1", 384, 1536, Bias.FULL)}.
 *
 * <p>A layer's constructor names its weights and their shapes once, and that one act is loading, drawing at random,
 * checking and listing, as the {@link ParameterSource} behind the cursor has it. Immutable.
 */
public final class Parameters {
    private final ParameterSource source;
    private final String prefix;
    private final Leaves leaves;
    private final @Nullable Stochastic stochastic; // of a learning view
    private final Updates updates;

    private Parameters(
            ParameterSource source, String prefix, Leaves leaves, @Nullable Stochastic stochastic, Updates updates) {
        this.source = source;
        this.prefix = prefix;
        this.leaves = leaves;
        this.stochastic = stochastic;
        this.updates = updates;
    }

    public static Parameters of(ParameterSource source) {
        return new Parameters(source, "", Leaves.DENSE, null, Updates.NONE);
    }

    /**
     * The same weights for training: batch norms take the batch's statistics, dropout and drop path act. A model built
     * over this view is used by one thread.
     */
    public Parameters learning() {
        return learning(Stochastic.NONE);
    }

    /** The same, with more that is left to chance in vision transformers. */
    public Parameters learning(Stochastic chance) {
        return new Parameters(source, prefix, leaves, chance, updates);
    }

    /** What vision transformers leave to chance: nothing but in a learning view. */
    public Stochastic stochastic() {
        return stochastic == null ? Stochastic.NONE : stochastic;
    }

    /** Whether layers built over this view behave as in training. */
    public boolean isLearning() {
        return stochastic != null;
    }

    /**
     * The same weights, each linear packed for the processor's kernels as it is read: for inference alone, on several
     * threads, and several times faster.
     *
     * @throws IllegalArgumentException if the processor has no kernels for it (see {@link Precision#supported})
     */
    public Parameters packed(Precision precision) {
        return packed(precision, Int8Plan.ALL);
    }

    /** The same; in {@link Precision#INT8} as planned. */
    public Parameters packed(Precision precision, Int8Plan plan) {
        return view(precision, new PackedLeaves(source::keep, precision, plan, Optional.empty()));
    }

    /** The same in bfloat16, showing the input of each linear layer to a probe. */
    public Parameters probed(OutlierProbe probe) {
        return view(
                Precision.BFLOAT16,
                new PackedLeaves(source::keep, Precision.BFLOAT16, Int8Plan.ALL, Optional.of(probe)));
    }

    /**
     * The same weights for training in mixed arithmetic: linear layers multiply in bfloat16 (those that are frozen are
     * converted once), everything else and all gradients stay float32.
     */
    public Parameters mixed() {
        return new Parameters(source, prefix, MixedLeaves.MIXED, stochastic, updates);
    }

    /**
     * The same weights, with something added to the output of linear layers: low-rank adapters. On packed weights too,
     * which stay as they are.
     */
    public Parameters updated(Updates other) {
        return new Parameters(source, prefix, leaves, stochastic, other);
    }

    /**
     * The same view over another source. What this view has packed so far is not packed again: layers of the same name
     * share it, so the source must hold the same weights.
     */
    public Parameters over(ParameterSource other) {
        return new Parameters(other, prefix, leaves, stochastic, updates);
    }

    /** Where the weights come from. */
    public ParameterSource source() {
        return source;
    }

    /** What the view adds to the layer under this cursor. */
    Optional<LinearUpdate> update(int in, int out) {
        return updates.of(new LinearShape(name(), in, out));
    }

    /**
     * The same weights for a layer at the beginning of a deep model, whose rounding errors all later layers inherit: where
     * this view is bfloat16, in float32.
     */
    public Parameters exact() {
        return new Parameters(source, prefix, leaves.exact(), stochastic, updates);
    }

    private Parameters view(Precision precision, Leaves other) {
        if (!precision.supported()) {
            throw new IllegalArgumentException("this processor has no " + precision
                    + " kernels in oneDNN; load with another precision, or AUTO, which takes the best that it has");
        }
        return new Parameters(source, prefix, other, stochastic, updates);
    }

    /** Name of the layer under this cursor, such as {@code blocks.3.mlp.fc1}. */
    String name() {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }

    /** The cursor one name further down. */
    public Parameters at(String name) {
        return new Parameters(source, prefix + name + ".", leaves, stochastic, updates);
    }

    public Parameters at(int index) {
        return at(Integer.toString(index));
    }

    /** The weight {@code name} of this shape. */
    public Tensor tensor(String name, Init init, long... shape) {
        return source.take(prefix + name, init, shape);
    }

    /** The same for a table or statistic that no optimiser changes. */
    public Tensor buffer(String name, Init init, long... shape) {
        return source.buffer(prefix + name, init, shape);
    }

    /** The same for a leaf that makes something else of it: it belongs to the current scope, not to the model. */
    Tensor read(String name, Init init, long... shape) {
        return source.read(prefix + name, init, shape);
    }

    /** Reports a weight that was read and holds NaN or infinity. */
    void notFinite(String name) {
        source.notFinite(prefix + name);
    }

    /** Says that the official names list the weights under {@code first} a second time, under {@code second}. */
    public void alias(String first, String second) {
        source.alias(prefix + first + ".", prefix + second + ".");
    }

    /** Takes a tensor computed from weights (folded, masked) into the model, so that it lives as long. */
    public Tensor keep(Tensor derived) {
        return source.keep(derived);
    }

    /** The leaf for x W^T + b: weights {@code name.weight} [out, in] and, by {@code bias}, {@code name.bias} [out]. */
    public Linear linear(String name, int in, int out, Bias bias) {
        return linear(name, in, out, bias, Optional.empty());
    }

    /** The leaf for x W^T + b, drawn in ways of its own where weights are drawn. */
    public Linear linear(String name, int in, int out, Init weight, Init bias) {
        Parameters own = over(new DrawnParameters(source, weight, bias));
        return leaves.linear(own.at(name), in, out, Bias.FULL, Optional.empty());
    }

    /** The same followed by a LayerScale, which some leaves fold into the weights. */
    public Linear linear(String name, int in, int out, Bias bias, Optional<LayerScale> scale) {
        return leaves.linear(at(name), in, out, bias, scale);
    }

    /** The projection of an image's patches: weights {@code name.weight} and {@code name.bias}. */
    public PatchProjection patches(String name, Squares squares) {
        return leaves.patches(at(name), squares);
    }

    /** The leaf that makes one pixel of each square of a map: weights {@code name.weight} and {@code name.bias}. */
    public Downsampling downsampling(String name, Squares squares) {
        return leaves.downsampling(at(name), squares);
    }

    /** The k x k convolution of each channel by itself: weights {@code name.weight} and {@code name.bias}. */
    public Depthwise depthwise(String name, int dim, int kernel) {
        return leaves.depthwise(at(name), dim, kernel);
    }

    /** Opens the scope of a forward pass: with gradients as outside, or on packed weights without, for tiles. */
    public Supplier<Scope> pass() {
        return leaves::pass;
    }

    /** How work on single tokens is cut. */
    public Rows rows() {
        return leaves.rows();
    }

    /** A float32 table that depends on {@code shape} alone; a view may remember it. The shape must name the table too. */
    public Tensor table(Object shape, Supplier<Tensor> compute) {
        return leaves.table(List.of(prefix, shape), compute);
    }

    QueryKeyValue queryKeyValue(SelfAttention.Config c) {
        return leaves.queryKeyValue(this, c);
    }

    Rotary rotary(Rotary.Table table) {
        return leaves.rotary(table);
    }
}
