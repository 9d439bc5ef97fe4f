package io.github.dino4j.backbone;

import io.github.dino4j.nn.FeatureMap;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.PatchProjection;
import io.github.dino4j.nn.Squares;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.function.UnaryOperator;

/**
 * Patches of an image with depth: the colours' own projection, and a second one of the depth channel, added.
 *
 * <p>Weights: {@code depth_embed.proj} [C, 1, p, p]. Both start at zero, and yet they learn: their gradient is that of the
 * tokens times the depth, neither of which is zero.
 */
final class DepthBranch implements PatchProjection {
    private final PatchProjection colours;
    private final PatchProjection depth;

    /**
     * A branch beside the projection of colours.
     *
     * @param p cursor at the backbone's root
     */
    DepthBranch(PatchProjection colours, Parameters p, int dim, int patch) {
        this.colours = colours;
        depth = p.at("depth_embed").patches("proj", new Squares(1, dim, patch, Init.ZERO, Init.ZERO));
    }

    /** See {@link PatchProjection}; pixels are [B, 4, H, W]. */
    @Override
    public FeatureMap forward(Tensor pixels, UnaryOperator<Tensor> after) {
        FeatureMap added = depth.forward(pixels.narrow(1, 3, 1), UnaryOperator.identity());
        Trace.stage("depth_embed", added::tokens);
        FeatureMap patches = colours.forward(pixels.narrow(1, 0, 3), UnaryOperator.identity());
        return patches.with(after.apply(patches.rows().add(added.rows())));
    }
}
