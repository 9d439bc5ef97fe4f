package io.github.dino4j.segment;

import java.util.List;

/**
 * Views of one photo whose probabilities are averaged (test-time augmentation): a forward pass each, so five scales with
 * mirror images take more than twenty times as long as one.
 *
 * @param scales of the input's shorter side
 * @param flip whether each scale is seen mirrored as well
 */
public record Augmentation(List<Double> scales, boolean flip) {
    /** One view. */
    public static final Augmentation NONE = new Augmentation(List.of(1.0), false);

    /** Published figures of DINOv2's "ms" heads. */
    public static final Augmentation DINOV2_MULTI_SCALE = new Augmentation(List.of(1.0, 1.32, 1.73, 2.28, 3.0), true);

    private static final int ROUNDING = 32;

    public Augmentation {
        scales = List.copyOf(scales);
        if (scales.isEmpty() || scales.stream().anyMatch(s -> !(s > 0) || s > 16)) {
            throw new IllegalArgumentException("test-time augmentation needs scales between 0 and 16, not " + scales);
        }
    }

    /** How many views of a photo there are. */
    public int views() {
        return scales.size() * (flip ? 2 : 1);
    }

    /** The shorter side at a scale: rounded down, where it shrinks up to a multiple of 32 (DINOv3's evaluation). */
    static int size(int side, double scale) {
        int size = Math.max(1, (int) (side * scale));
        return scale < 1 ? (size + ROUNDING - 1) / ROUNDING * ROUNDING : size;
    }
}
