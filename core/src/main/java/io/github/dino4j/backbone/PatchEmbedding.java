package io.github.dino4j.backbone;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;

/**
 * Patches as tokens (ViT, arXiv:2010.11929, section 3.1): a convolution whose stride is its kernel.
 *
 * <p>Weights: {@code proj} [C, channels, p, p].
 */
final class PatchEmbedding {
    private final Conv2d proj;
    private final VitConfig config;

    PatchEmbedding(Parameters p, VitConfig c) {
        proj = new Conv2d(
                p.at("proj"), new Conv2d.Shape(c.inChannels(), c.dim(), c.patch(), Bias.FULL).stride(c.patch()));
        config = c;
    }

    /** Maps pixels [B, channels, H, W] to a map [B, C, H/p, W/p]. */
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
