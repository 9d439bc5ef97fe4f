package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;

/**
 * Cross entropy between what the teacher sees in some crops and what the student sees in others (DINO, arXiv:2104.14294,
 * equation 1).
 */
public final class DinoLoss {
    private DinoLoss() {}

    /**
     * Mean over all pairs of a student's and a teacher's crop, and over the images, of -sum q log p.
     *
     * @param student scores [S, B, K]
     * @param teacher probabilities [T, B, K], without gradients
     * @param ignoreDiagonal leaves out the pairs of one and the same crop: the first min(S, T)
     * @param temperature by which the student's scores are divided, 0.1 in all recipes
     */
    public static Tensor of(Tensor student, Tensor teacher, boolean ignoreDiagonal, double temperature) {
        long s = student.size(0);
        long t = teacher.size(0);
        Tensor log = student.mul(1 / temperature).logSoftmax(-1);
        Tensor sum = log.sum(false, 0).mul(teacher.sum(false, 0)).sum(false, 0, 1);
        long pairs = s * t;
        if (ignoreDiagonal) {
            long same = Math.min(s, t);
            sum = sum.sub(log.narrow(0, 0, same).mul(teacher.narrow(0, 0, same)).sum(false, 0, 1, 2));
            pairs -= same;
        }
        return sum.mul(-1.0 / (pairs * student.size(1)));
    }
}
