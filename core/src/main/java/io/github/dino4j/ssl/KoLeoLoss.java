package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Ranks;

/**
 * Kozachenko and Leonenko's regulariser (arXiv:1806.03198; DINOv2, arXiv:2304.07193, section 4): minus the mean logarithm of
 * the distance to the nearest neighbour among a batch of vectors of length 1, so that they spread.
 *
 * @param neighbours of each vector that count, 1 but in DINOv3's adaptation to high resolution
 */
public record KoLeoLoss(int neighbours) {
    private static final double EPS = 1e-8;

    public KoLeoLoss {
        if (neighbours < 1) {
            throw new IllegalArgumentException("at least one neighbour counts, not " + neighbours);
        }
    }

    /**
     * The loss of rows [N, C].
     *
     * @throws IllegalArgumentException if there are no more rows than neighbours
     */
    public Tensor of(Tensor rows) {
        long n = rows.size(0);
        if (n <= neighbours) {
            throw new IllegalArgumentException("KoLeo compares each image of a batch with " + neighbours
                    + " others, and there are " + n + " images; take a larger batch, or leave KoLeo out");
        }
        Tensor x = Vectors.unit(rows, EPS);
        int[] order = nearest(x);
        Tensor sum = null;
        for (int k = 0; k < neighbours; k++) {
            long[] other = new long[Math.toIntExact(n)];
            for (int i = 0; i < n; i++) {
                other[i] = order[i * neighbours + k];
            }
            Tensor distance =
                    x.sub(x.rows(other)).add(EPS).square().sum(false, 1).sqrt();
            Tensor log = distance.add(EPS).log().sum(false, 0);
            sum = sum == null ? log : sum.add(log);
        }
        return java.util.Objects.requireNonNull(sum).mul(-1.0 / (n * neighbours));
    }

    /**
     * The loss of the rows of all ranks together. Other ranks' rows have no record here; each rank's gradients are those of
     * its own rows, as vectors and as neighbours, and the sum over the ranks is the whole gradient.
     *
     * @param rows [N, C], as many on each rank
     */
    public Tensor of(Tensor rows, Ranks ranks) {
        if (ranks.size() == 1) {
            return of(rows);
        }
        long n = rows.size(0);
        Tensor all = ranks.gather(rows.detach());
        long before = n * ranks.rank();
        return of(Tensor.cat(0, all.narrow(0, 0, before), rows, all.narrow(0, before + n, all.size(0) - before - n)));
    }

    /** The indices of each row's neighbours, nearest first; of equals the first. */
    private int[] nearest(Tensor unit) {
        int n = Math.toIntExact(unit.size(0));
        float[] products;
        try (Scope scope = Scope.inference()) {
            products = unit.matmul(unit.transpose(0, 1)).toFloats();
        }
        int[] nearest = new int[n * neighbours];
        for (int i = 0; i < n; i++) {
            products[i * n + i] = -1;
            for (int k = 0; k < neighbours; k++) {
                int best = 0;
                for (int j = 1; j < n; j++) {
                    best = products[i * n + j] > products[i * n + best] ? j : best;
                }
                nearest[i * neighbours + k] = best;
                products[i * n + best] = Float.NEGATIVE_INFINITY;
            }
        }
        return nearest;
    }
}
