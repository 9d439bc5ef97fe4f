package io.github.dino4j.retrieve;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/**
 * Whitening of DINOv1's copy detection: what images have in common counts less, what tells them apart more. Vectors lose the
 * mean of a set of other images, then turn onto that set's principal axes, each divided by its deviation. The axes are those
 * of the second moments about 0, not about the mean: so the published numbers were made. Immutable.
 */
public final class Whitening {
    private static final double FLOOR = 1e-5; // of the largest eigenvalue

    private final float[] mean;
    private final float[] axes; // [dim, dim], a column an axis

    private Whitening(float[] mean, float[] axes) {
        this.mean = mean;
        this.axes = axes;
    }

    /**
     * Learns from images that are neither queries nor searched.
     *
     * @param set their vectors, as they come
     * @throws IllegalArgumentException if one is not finite
     */
    public static Whitening fit(FeatureRows set) {
        int n = set.size();
        int dim = set.dim();
        float[] rows = new float[Math.multiplyExact(n, dim)];
        set.read(0, n, rows);
        FeatureRows.requireFinite(rows, dim, 0, "whitening");
        try (Scope scope = Scope.inference()) {
            Tensor x = Tensor.of(rows, n, dim).to(DType.F64);
            Tensor moments = x.transpose(0, 1).matmul(x).mul(1.0 / n);
            Tensor.Eigen eigen = moments.eigh(); // ascending
            double largest = eigen.values().narrow(0, dim - 1, 1).item();
            if (!(largest > 0)) {
                throw new IllegalArgumentException("a whitening cannot be learned: all its vectors are 0");
            }
            Tensor scale = eigen.values().clampMin(FLOOR * largest).rsqrt();
            return new Whitening(
                    x.mean(false, 0).to(DType.F32).toFloats(),
                    eigen.vectors().mul(scale.reshape(1, dim)).to(DType.F32).toFloats());
        }
    }

    /** Values of a vector. */
    public int dim() {
        return mean.length;
    }

    /** A vector without the mean, along the axes; not of unit length. */
    public float[] apply(float[] vector) {
        int dim = mean.length;
        if (vector.length != dim) {
            throw new IllegalArgumentException(
                    "the whitening was learned from vectors of " + dim + " values, this one has " + vector.length);
        }
        double[] sums = new double[dim];
        for (int row = 0; row < dim; row++) {
            double centred = (double) vector[row] - mean[row];
            for (int axis = 0; axis < dim; axis++) {
                sums[axis] += centred * axes[row * dim + axis];
            }
        }
        float[] white = new float[dim];
        for (int axis = 0; axis < dim; axis++) {
            white[axis] = (float) sums[axis];
        }
        return white;
    }
}
