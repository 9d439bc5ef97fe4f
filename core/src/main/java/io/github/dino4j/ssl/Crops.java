package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * The crops of B photos for one step, crop by crop: the first crops of all photos, then the second ones.
 *
 * @param global two a photo [2 B, 3, H, W]
 * @param local n a photo [n B, 3, h, w]; empty for none
 * @param masks hidden patches of the global crops, where patches are matched
 * @param gram the global crops for the Gram anchor, undistorted and maybe larger [2 B, 3, H', W']
 */
public record Crops(Tensor global, Optional<Tensor> local, Optional<PatchMasks> masks, Optional<Tensor> gram) {
    /** Photos. */
    public long photos() {
        return global.size(0) / 2;
    }

    /** Local crops of each photo. */
    public long locals() {
        return local.map(t -> t.size(0)).orElse(0L) / photos();
    }
}
