package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;

/**
 * Gram anchoring (DINOv3, arXiv:2508.10104, section 4.2): mean squared difference between the products of all pairs of
 * patches of the student and of an earlier teacher. The patches may move, as long as their likeness to each other stays.
 *
 * @param normalised whether features are brought to length 1, so that the products are cosines
 * @param negatives what becomes of negative products
 */
public record GramLoss(boolean normalised, Negatives negatives) {
    /** Negative products. */
    public enum Negatives {
        KEEP,
        /** 0 on both sides. */
        CLIP,
        /**
         * 0 on the teacher's side alone. The official option should also clear the student's where both are negative; it
         * looks at the teacher's after they were cleared, and so never does.
         */
        CLIP_TEACHER
    }

    /**
     * The loss.
     *
     * @param student features [N, C] as one set, or [B, N, C] image by image
     * @param teacher features of the same shape, without gradients
     */
    public Tensor of(Tensor student, Tensor teacher) {
        Tensor own = products(student);
        Tensor other = products(teacher);
        if (negatives != Negatives.KEEP) {
            other = other.clampMin(0);
        }
        if (negatives == Negatives.CLIP) {
            own = own.clampMin(0);
        }
        return own.sub(other).square().reshape(-1).mean(false, 0);
    }

    private Tensor products(Tensor features) {
        Tensor x = normalised ? Vectors.unit(features, 1e-12) : features;
        return x.matmul(x.transpose(-2, -1));
    }
}
