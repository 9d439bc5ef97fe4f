package io.github.dino4j.backbone;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.PatchProjection;
import io.github.dino4j.nn.Squares;
import io.github.dino4j.tensor.Tensor;

/**
 * Patches as tokens, for images that can be cut into them.
 *
 * <p>Weights: {@code patch_embed.proj} [C, channels, p, p]; with a depth branch [C, 3, p, p] and {@code depth_embed.proj}
 * [C, 1, p, p].
 */
final class PatchEmbedding {
    private final PatchProjection proj;
    private final VitConfig config;

    PatchEmbedding(Parameters p, VitConfig c) {
        Parameters at = p.at("patch_embed");
        proj = c.depthBranch()
                ? new DepthBranch(at.patches("proj", new Squares(3, c.dim(), c.patch())), p, c.dim(), c.patch())
                : at.patches("proj", new Squares(c.inChannels(), c.dim(), c.patch()));
        config = c;
    }

    /** Maps pixels [B, channels, H, W] to tokens [B, (H/p) (W/p), C]. */
    Tensor forward(Tensor pixels) {
        int patch = config.patch();
        if (pixels.dim() != 4 || pixels.size(1) != config.inChannels()) {
            throw new IllegalArgumentException(
                    "images must be [B, " + config.inChannels() + ", H, W], not " + pixels.describe());
        }
        long height = pixels.size(2);
        long width = pixels.size(3);
        boolean whole = height % patch == 0 && width % patch == 0;
        if (height < patch || width < patch || (!whole && config.remainder() == VitConfig.Remainder.REFUSE)) {
            throw new IllegalArgumentException("an image of " + height + " x " + width + " pixels cannot be cut into "
                    + patch + " x " + patch + " patches; resize or pad it to multiples of " + patch + ", such as "
                    + Math.max(1, Math.round((double) height / patch)) * patch + " x "
                    + Math.max(1, Math.round((double) width / patch)) * patch);
        }
        return proj.forward(pixels);
    }
}
