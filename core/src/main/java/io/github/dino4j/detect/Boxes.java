package io.github.dino4j.detect;

import io.github.dino4j.tensor.Tensor;

/**
 * Boxes as tensors [..., 4], in pixels: either <em>centred</em> (centre x, centre y, width, height), as a detector counts,
 * or as <em>corners</em> (left, top, right, bottom). Gradients flow through everything. Stateless.
 */
public final class Boxes {
    /** Most that one refinement may enlarge or shrink a side, as a logarithm (Plain DETR, arXiv:2308.01904). */
    private static final double MOST_SCALING = -Math.log(16.0 / 1000);

    /** Keeps the deltas of proposals without extent finite. */
    private static final double LEAST_SIDE = 0.1;

    private Boxes() {}

    /** Centred boxes as corners. */
    public static Tensor corners(Tensor centred) {
        Tensor centre = centred.narrow(-1, 0, 2);
        Tensor half = centred.narrow(-1, 2, 2).mul(0.5);
        return Tensor.cat(-1, centre.sub(half), centre.add(half));
    }

    /** Corners as centred boxes. */
    public static Tensor centred(Tensor corners) {
        Tensor low = corners.narrow(-1, 0, 2);
        Tensor high = corners.narrow(-1, 2, 2);
        return Tensor.cat(-1, low.add(high).mul(0.5), high.sub(low));
    }

    /**
     * Moves and scales boxes (R-CNN's parametrisation, arXiv:1311.2524, appendix C): the centre by a share of the sides,
     * the sides by a power of e.
     *
     * @param boxes centred [..., 4]
     * @param deltas shift of the centre in sides, logarithm of the scale [..., 4]
     * @return corners, which may lie anywhere
     */
    public static Tensor decode(Tensor boxes, Tensor deltas) {
        Tensor sides = boxes.narrow(-1, 2, 2);
        Tensor centre = boxes.narrow(-1, 0, 2).add(sides.mul(deltas.narrow(-1, 0, 2)));
        Tensor half = sides.mul(deltas.narrow(-1, 2, 2)
                        .clamp(-MOST_SCALING, MOST_SCALING)
                        .exp())
                .mul(0.5);
        return Tensor.cat(-1, centre.sub(half), centre.add(half));
    }

    /**
     * The same, cut to the image.
     *
     * @param limits (width, height, width, height) of the images, broadcast to the boxes
     */
    public static Tensor decode(Tensor boxes, Tensor deltas, Tensor limits) {
        return Tensor.min(decode(boxes, deltas).clampMin(0), limits);
    }

    /** The deltas that {@link #decode} needs to come from one centred box to another; nearly, for small boxes. */
    public static Tensor encode(Tensor boxes, Tensor target) {
        Tensor sides = boxes.narrow(-1, 2, 2).add(LEAST_SIDE);
        Tensor shift = target.narrow(-1, 0, 2).sub(boxes.narrow(-1, 0, 2)).div(sides);
        return Tensor.cat(-1, shift, target.narrow(-1, 2, 2).div(sides).log());
    }

    /** Intersection over union of corners each with each: a [N, 4], b [M, 4] give [N, M]. */
    public static Tensor iou(Tensor a, Tensor b) {
        return Overlap.of(a.unsqueeze(1), b.unsqueeze(0)).iou();
    }

    /** Generalised intersection over union (arXiv:1902.09630), in -1..1, of corners each with each: [N, M]. */
    public static Tensor giou(Tensor a, Tensor b) {
        return paired(a.unsqueeze(1), b.unsqueeze(0));
    }

    /** The same of corners that stand side by side: a, b [..., 4] give [...]. */
    public static Tensor giouOfPairs(Tensor a, Tensor b) {
        return paired(a, b);
    }

    private static Tensor paired(Tensor a, Tensor b) {
        Tensor hull = area(Tensor.max(high(a), high(b)).sub(Tensor.min(low(a), low(b))));
        Overlap overlap = Overlap.of(a, b);
        return overlap.iou().sub(hull.sub(overlap.union).div(hull));
    }

    private record Overlap(Tensor intersection, Tensor union) {
        static Overlap of(Tensor a, Tensor b) {
            Tensor shared = area(Tensor.min(high(a), high(b)).sub(Tensor.max(low(a), low(b))));
            Tensor both = area(high(a).sub(low(a))).add(area(high(b).sub(low(b))));
            return new Overlap(shared, both.sub(shared));
        }

        Tensor iou() {
            return intersection.div(union);
        }
    }

    private static Tensor low(Tensor corners) {
        return corners.narrow(-1, 0, 2);
    }

    private static Tensor high(Tensor corners) {
        return corners.narrow(-1, 2, 2);
    }

    /** Product of the sides [..., 2], negative ones counted as 0. */
    private static Tensor area(Tensor sides) {
        Tensor positive = sides.clampMin(0);
        return positive.select(-1, 0).mul(positive.select(-1, 1));
    }
}
