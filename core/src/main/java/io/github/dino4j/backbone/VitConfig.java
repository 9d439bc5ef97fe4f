package io.github.dino4j.backbone;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.SelfAttention;
import io.github.dino4j.nn.TransformerBlock;
import io.github.dino4j.tensor.DType;
import java.util.Optional;

/**
 * Shape of a vision transformer of DINO v1, v2 or v3.
 *
 * @param inChannels 3 for RGB, 4 with depth
 * @param registers extra tokens between class and patch tokens; "storage tokens" in v3
 * @param qkvBias bias of queries, keys and values
 * @param layerScale LayerScale on the residual branches
 * @param maskToken whether the weights hold a token for masked patches
 * @param untiedClsNorm class and register tokens have a final norm of their own ({@code cls_norm})
 * @param localClsNorm the weights hold {@code local_cls_norm}, used only in training
 * @param remainder what to do with image sides that are no multiple of the patch
 * @param depthBranch the fourth channel has a patch embedding of its own ({@code depth_embed}, see {@link DepthFusion})
 */
public record VitConfig(
        int inChannels,
        int dim,
        int depth,
        int heads,
        int patch,
        Position position,
        Ffn ffn,
        Norm norm,
        int registers,
        Bias qkvBias,
        boolean projBias,
        boolean layerScale,
        boolean maskToken,
        boolean untiedClsNorm,
        boolean localClsNorm,
        Remainder remainder,
        boolean depthBranch)
        implements BackboneConfig {

    /** Fate of the pixels behind the last whole patch. */
    public enum Remainder {
        /** The patch convolution leaves them out (v1, v3). */
        DROP,
        /** An error (v2). */
        REFUSE
    }

    public VitConfig {
        check(
                dim > 0 && depth > 0 && heads > 0 && patch > 0 && inChannels > 0 && registers >= 0,
                "dim, depth, heads, patch and channels must be positive and registers not negative");
        check(dim % heads == 0, "dim " + dim + " cannot be split over " + heads + " heads; use a multiple of " + heads);
        check(
                !(position instanceof Position.Rope) || dim / heads % 4 == 0,
                "rotary positions need a head width that is a multiple of 4, not " + dim / heads);
        check(
                !depthBranch || inChannels == 4,
                "a depth branch reads the fourth of 4 channels (RGB and depth), not of " + inChannels);
    }

    /** A model without a depth branch. */
    public VitConfig(
            int inChannels,
            int dim,
            int depth,
            int heads,
            int patch,
            Position position,
            Ffn ffn,
            Norm norm,
            int registers,
            Bias qkvBias,
            boolean projBias,
            boolean layerScale,
            boolean maskToken,
            boolean untiedClsNorm,
            boolean localClsNorm,
            Remainder remainder) {
        this(
                inChannels,
                dim,
                depth,
                heads,
                patch,
                position,
                ffn,
                norm,
                registers,
                qkvBias,
                projBias,
                layerScale,
                maskToken,
                untiedClsNorm,
                localClsNorm,
                remainder,
                false);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Width of one head. */
    public int headDim() {
        return dim / heads;
    }

    /** Name of the register tokens in a state dict: it changed between v2 and v3. */
    public String registersName() {
        return position instanceof Position.Rope ? "storage_tokens" : "register_tokens";
    }

    public VitConfig withPosition(Position other) {
        return new VitConfig(
                inChannels,
                dim,
                depth,
                heads,
                patch,
                other,
                ffn,
                norm,
                registers,
                qkvBias,
                projBias,
                layerScale,
                maskToken,
                untiedClsNorm,
                localClsNorm,
                remainder,
                depthBranch);
    }

    public VitConfig withNorm(Norm other) {
        return new VitConfig(
                inChannels,
                dim,
                depth,
                heads,
                patch,
                position,
                ffn,
                other,
                registers,
                qkvBias,
                projBias,
                layerScale,
                maskToken,
                untiedClsNorm,
                localClsNorm,
                remainder,
                depthBranch);
    }

    @Override
    public VitConfig rgb() {
        return inChannels == 4 ? withChannels(3, false) : this;
    }

    /** The same on other channels, the fourth with or without a branch of its own. */
    VitConfig withChannels(int channels, boolean branch) {
        return new VitConfig(
                channels,
                dim,
                depth,
                heads,
                patch,
                position,
                ffn,
                norm,
                registers,
                qkvBias,
                projBias,
                layerScale,
                maskToken,
                untiedClsNorm,
                localClsNorm,
                remainder,
                branch);
    }

    /** First value of the LayerScale factors in training from scratch: 1 in v2, 1e-5 in v3. */
    TransformerBlock.Config block() {
        double init = position instanceof Position.Rope ? 1e-5 : 1;
        return new TransformerBlock.Config(
                new SelfAttention.Config(dim, heads, qkvBias, Bias.of(projBias), rotary()),
                ffn,
                norm,
                layerScale,
                init);
    }

    private Optional<DType> rotary() {
        return position instanceof Position.Rope rope
                ? Optional.of(rope.config().dtype())
                : Optional.empty();
    }
}
