package io.github.dino4j.train;

import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.segment.LabelImage;
import java.util.Optional;

/**
 * A photo and its true mask, at the photo's own size: what segmentation is measured by.
 *
 * @param depth for backbones that read it
 */
public record SegmentTruth(RgbImage photo, Optional<DepthFrame> depth, LabelImage labels) {
    public SegmentTruth {
        if (photo.width() != labels.width() || photo.height() != labels.height()) {
            throw new IllegalArgumentException("the photo is " + photo.width() + " x " + photo.height() + ", its mask "
                    + labels.width() + " x " + labels.height() + "; give masks of the photos' sizes");
        }
    }

    DepthFrame requireDepth() {
        return depth.orElseThrow(() -> new IllegalArgumentException(
                "the backbone reads depth, and a validation photo comes without; give it (DepthFrame.none says that"
                        + " nothing was measured)"));
    }
}
