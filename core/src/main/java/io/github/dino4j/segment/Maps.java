package io.github.dino4j.segment;

import io.github.dino4j.tensor.Tensor;
import java.util.List;

/** Maps of several layers as one. */
final class Maps {
    private Maps() {}

    /** The maps [B, C_i, h_i, w_i], resized bilinearly to the size of the first, one behind the other: [B, sum C_i, h, w]. */
    static Tensor stacked(List<Tensor> maps) {
        Tensor first = maps.get(0);
        long height = first.size(2);
        long width = first.size(3);
        return Tensor.cat(
                1, maps.stream().map(map -> resized(map, height, width)).toList());
    }

    /**
     * Bytes of stacked maps, what they were stacked of, their norm, and two maps of K classes, for one image. Patches have
     * 14 pixels: more of them than in any published backbone since DINOv2.
     */
    static long stackedBytes(int channels, int classes, int height, int width) {
        long patches = ((height + 13L) / 14) * ((width + 13L) / 14);
        return patches * (3L * channels + 2L * classes) * Float.BYTES;
    }

    /** Resizes bilinearly, align_corners false, if need be. */
    static Tensor resized(Tensor map, long height, long width) {
        return map.size(2) == height && map.size(3) == width ? map : map.bilinear(height, width, false);
    }
}
