package io.github.dino4j.visual;

import io.github.dino4j.predict.Features;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Principal components of patch tokens: the directions in which the patches of one or several images differ most. Fitted
 * once, the basis serves any number of images and frames, so that a colour means the same in all of them.
 *
 * <p>The mean is removed; tokens are not scaled otherwise. Signs, which the mathematics leaves open, are fixed: the entry
 * of greatest magnitude of each component is positive. Immutable.
 */
public final class Pca {
    private final int dim;
    private final float[] mean;
    private final float[][] directions;
    private final double[] variances;
    private final double total;

    private Pca(float[] mean, float[][] directions, double[] variances, double total) {
        this.dim = mean.length;
        this.mean = mean;
        this.directions = directions;
        this.variances = variances;
        this.total = total;
    }

    /** Fits all patches of all images. */
    public static Pca fit(List<Features> images, int components) {
        return fit(images, images.stream().map(f -> all(f.height() * f.width())).toList(), components);
    }

    /**
     * Fits only the patches whose mask is true.
     *
     * @param masks [h * w] for each image
     * @throws IllegalArgumentException if there are fewer patches than {@code components + 1}, or images of different models
     */
    public static Pca fit(List<Features> images, List<boolean[]> masks, int components) {
        if (images.isEmpty() || images.size() != masks.size()) {
            throw new IllegalArgumentException("PCA needs at least one image and a mask for each, found "
                    + images.size() + " images and " + masks.size() + " masks");
        }
        int dim = images.get(0).dim();
        float[] tokens = selected(images, masks, dim);
        int count = tokens.length / dim;
        if (components < 1 || components > dim || components > count - 1) {
            throw new IllegalArgumentException(count + " patches of width " + dim + " have at most "
                    + Math.max(0, Math.min(dim, count - 1)) + " principal components, asked for " + components);
        }
        for (float value : tokens) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("PCA needs finite features, found " + value
                        + "; a model that gives such features was loaded incompletely");
            }
        }
        return fit(tokens, count, dim, components);
    }

    private static Pca fit(float[] tokens, int count, int dim, int components) {
        try (Scope scope = Scope.inference()) {
            Tensor x = Tensor.of(tokens, count, dim).to(DType.F64);
            Tensor mean = x.mean(true, 0);
            Tensor centred = x.sub(mean);
            // The eigenvalues of the covariance [dim, dim] and of the Gram matrix [count, count] are the same but for
            // zeros.
            boolean gram = count < dim;
            Tensor transposed = centred.transpose(0, 1);
            Tensor matrix = gram ? centred.matmul(transposed) : transposed.matmul(centred);
            Tensor.Eigen eigen = matrix.mul(1.0 / (count - 1)).eigh();
            int size = Math.min(count, dim);
            Tensor top = eigen.vectors().narrow(1, size - components, components);
            Tensor directions = (gram ? transposed.matmul(top) : top).transpose(0, 1); // [components, dim], ascending
            double total = centred.square().sum(false, 0, 1).item() / (count - 1);
            float[] flat = directions.contiguous().toFloats();
            float[] values = eigen.values().toFloats();
            double[] variances = new double[components];
            float[][] rows = new float[components][];
            for (int i = 0; i < components; i++) {
                int row = components - 1 - i;
                double variance = values[size - 1 - i];
                boolean flatDirection = variance <= 1e-10 * values[size - 1] || values[size - 1] <= 0;
                variances[i] = flatDirection ? 0 : variance;
                rows[i] = flatDirection ? new float[dim] : unit(Arrays.copyOfRange(flat, row * dim, (row + 1) * dim));
            }
            return new Pca(mean.toFloats(), rows, variances, total);
        }
    }

    /** Length 1, the entry of greatest magnitude positive. Of equals up to rounding the first decides. */
    private static float[] unit(float[] direction) {
        double square = 0;
        double largest = 0;
        for (float value : direction) {
            square += (double) value * value;
            largest = Math.max(largest, Math.abs(value));
        }
        double scale = 1 / Math.sqrt(square);
        for (float value : direction) {
            if (Math.abs(value) >= largest * (1 - 1e-5)) {
                scale = Math.copySign(scale, value);
                break;
            }
        }
        for (int c = 0; c < direction.length; c++) {
            direction[c] = (float) (direction[c] * scale);
        }
        return direction;
    }

    /** Coordinates of every patch in this basis [h * w * components], row by row. */
    public float[] project(Features features) {
        if (features.dim() != dim) {
            throw new IllegalArgumentException("this basis was fitted on tokens of width " + dim + ", the image has "
                    + features.dim() + "; use one model for both");
        }
        float[] tokens = features.patches();
        int count = features.height() * features.width();
        float[] projected = new float[count * directions.length];
        for (int p = 0; p < count; p++) {
            for (int k = 0; k < directions.length; k++) {
                double sum = 0;
                for (int c = 0; c < dim; c++) {
                    sum += (tokens[p * dim + c] - mean[c]) * (double) directions[k][c];
                }
                projected[p * directions.length + k] = (float) sum;
            }
        }
        return projected;
    }

    /** As {@link #project}, each component divided by its standard deviation over the fitted patches (n - 1). */
    public float[] projectWhitened(Features features) {
        float[] projected = project(features);
        for (int i = 0; i < projected.length; i++) {
            double variance = variances[i % variances.length];
            projected[i] = variance > 0 ? (float) (projected[i] / Math.sqrt(variance)) : 0;
        }
        return projected;
    }

    /** Number of components. */
    public int components() {
        return directions.length;
    }

    /** A component: a direction [dim] of length 1, or zeros if the fitted patches do not differ that way. */
    public float[] component(int index) {
        return directions[index].clone();
    }

    /** Mean [dim] of the fitted patches. */
    public float[] mean() {
        return mean.clone();
    }

    /** Variance (n - 1) of the fitted patches along each component, greatest first. */
    public double[] explainedVariance() {
        return variances.clone();
    }

    /** The same as shares of the variance along all directions, 0..1. */
    public double[] explainedVarianceRatio() {
        return Arrays.stream(variances).map(v -> total > 0 ? v / total : 0).toArray();
    }

    private static float[] selected(List<Features> images, List<boolean[]> masks, int dim) {
        int count = 0;
        for (int i = 0; i < images.size(); i++) {
            Features image = images.get(i);
            boolean[] mask = masks.get(i);
            if (image.dim() != dim) {
                throw new IllegalArgumentException("image 0 has tokens of width " + dim + ", image " + i + " of "
                        + image.dim() + "; use one model for all");
            }
            if (mask.length != image.height() * image.width()) {
                throw new IllegalArgumentException("the mask of image " + i + " has " + mask.length
                        + " patches, the image " + image.height() + " x " + image.width());
            }
            for (boolean taken : mask) {
                count += taken ? 1 : 0;
            }
        }
        float[] tokens = new float[Math.multiplyExact(count, dim)];
        int next = 0;
        for (int i = 0; i < images.size(); i++) {
            float[] patches = images.get(i).patches();
            boolean[] mask = masks.get(i);
            for (int p = 0; p < mask.length; p++) {
                if (mask[p]) {
                    System.arraycopy(patches, p * dim, tokens, next * dim, dim);
                    next++;
                }
            }
        }
        return tokens;
    }

    static boolean[] all(int size) {
        boolean[] mask = new boolean[size];
        Arrays.fill(mask, true);
        return mask;
    }
}
