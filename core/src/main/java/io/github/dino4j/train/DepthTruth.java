package io.github.dino4j.train;

import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.image.RgbImage;

/** A photo and its measured depth, at the photo's own size: what depth heads are measured by. */
public record DepthTruth(RgbImage photo, DepthImage depth) {
    public DepthTruth {
        depth.requireSizeOf(photo);
    }
}
