package io.github.dino4j.segment;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * A head that scores a coarse grid and then only enlarges it. Whoever runs it over a photo of many megapixels can leave
 * the enlarging for the end, and do it in pieces.
 */
public interface LogitHead extends SegmentationHead {
    /** Logits [B, K, h, w] at the head's own resolution. */
    Tensor logits(List<Tokens> taps);

    /** The logits resized bilinearly, align_corners false. */
    @Override
    default Tensor scores(Tensor pixels, List<Tokens> taps, int height, int width) {
        return logits(taps).bilinear(height, width, false);
    }
}
