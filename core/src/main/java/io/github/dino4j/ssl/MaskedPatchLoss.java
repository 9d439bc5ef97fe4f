package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;

/** Cross entropy between teacher and student on the patches that the student does not see (iBOT, arXiv:2111.07832). */
public final class MaskedPatchLoss {
    private MaskedPatchLoss() {}

    /**
     * Mean over images of the mean over an image's hidden patches; an image without any counts with 0.
     *
     * @param student scores [M, K] of the hidden patches of all images, in the order of {@link PatchMasks#indices}
     * @param teacher probabilities [M, K], without gradients
     * @param temperature of the student
     */
    public static Tensor of(Tensor student, Tensor teacher, PatchMasks masks, double temperature) {
        Tensor log = student.mul(1 / temperature).logSoftmax(-1);
        Tensor weights = Tensor.of(masks.weights(), masks.count());
        return log.mul(teacher).sum(false, -1).mul(weights).sum(false, 0).mul(-1.0 / masks.images());
    }
}
