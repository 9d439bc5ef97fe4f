package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Patches of an image (ViT, arXiv:2010.11929, section 3.1): a convolution whose stride is its kernel, which is one
 * product with each patch's pixels.
 *
 * <p>Weights: {@code weight} [C, channels, p, p], {@code bias} [C].
 */
public interface PatchProjection {
    /**
     * Maps pixels [B, channels, H, W] to a map of H/p x W/p patches; a remainder is left out.
     *
     * @param after what happens to single patches then; it may see their rows in pieces, on several threads
     */
    FeatureMap forward(Tensor pixels, UnaryOperator<Tensor> after);

    /** The same as tokens [B, (H/p) (W/p), C], row by row. */
    default Tensor forward(Tensor pixels) {
        return forward(pixels, UnaryOperator.identity()).tokens();
    }
}
