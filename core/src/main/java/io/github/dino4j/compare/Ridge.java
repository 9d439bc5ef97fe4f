package io.github.dino4j.compare;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/**
 * A linear classifier in one step: least squares of one-hot labels, with the square of the weights held small (ridge
 * regression; Hoerl and Kennard, 1970). It has nothing to tune but the strength, and one pass over the data suffices for all
 * strengths. For one thread.
 */
public final class Ridge implements AutoCloseable {
    private final int width;
    private final int classes;
    private final Arena arena = new Arena();
    private final Tensor squares; // [D + 1, D + 1] of vectors with a 1 behind
    private final Tensor products; // [D + 1, K] with one-hot labels

    /**
     * @param width D of the vectors
     * @param classes K
     */
    public Ridge(int width, int classes) {
        this.width = width;
        this.classes = classes;
        try (Scope scope = Scope.inference()) {
            squares = arena.keep(Tensor.zeros(width + 1, width + 1).to(DType.F64));
            products = arena.keep(Tensor.zeros(width + 1, classes).to(DType.F64));
        }
    }

    /** Takes in vectors, row by row [N D], each with a class from 0 to K - 1. */
    public void add(float[] vectors, long[] labels) {
        if (vectors.length != labels.length * (long) width) {
            throw new IllegalArgumentException(
                    vectors.length + " values are not " + labels.length + " vectors of " + width);
        }
        if (labels.length == 0) {
            return;
        }
        try (Scope scope = Scope.inference()) {
            Tensor x = Tensor.of(extended(vectors, labels.length), labels.length, width + 1)
                    .to(DType.F64);
            Tensor y = Tensor.of(labels, labels.length).oneHot(classes).to(DType.F64);
            squares.copyFrom(squares.add(x.transpose(0, 1).matmul(x)));
            products.copyFrom(products.add(x.transpose(0, 1).matmul(y)));
        }
    }

    /** Takes in all that another one, of the same size, has taken in. */
    public void add(Ridge other) {
        try (Scope scope = Scope.inference()) {
            squares.copyFrom(squares.add(other.squares));
            products.copyFrom(products.add(other.products));
        }
    }

    private float[] extended(float[] vectors, int count) {
        float[] all = new float[count * (width + 1)];
        for (int i = 0; i < count; i++) {
            System.arraycopy(vectors, i * width, all, i * (width + 1), width);
            all[i * (width + 1) + width] = 1;
        }
        return all;
    }

    /**
     * The classifier of a strength.
     *
     * @param strength in shares of the mean square of the vectors' values
     */
    public Classifier solve(double strength) {
        try (Scope scope = Scope.inference()) {
            Tensor.Eigen eigen = squares.eigh();
            double mean = eigen.values().mean(false, 0).item();
            Tensor v = eigen.vectors();
            Tensor scaled = v.transpose(0, 1).matmul(products);
            Tensor divisors = eigen.values().clampMin(0).add(strength * mean).unsqueeze(1);
            Tensor weights = v.matmul(scaled.div(divisors)).to(DType.F32);
            return new Classifier(width, classes, weights.toFloats());
        }
    }

    /**
     * A linear map.
     *
     * @param weights [D + 1, K], the last row the bias
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Classifier(int width, int classes, float[] weights) {
        /** Scores [N, K] of vectors [N D], in the current scope. */
        public Tensor scores(float[] vectors) {
            int count = vectors.length / width;
            Tensor all = Tensor.of(weights, width + 1, classes);
            return Tensor.of(vectors, count, width)
                    .matmul(all.narrow(0, 0, width))
                    .add(all.narrow(0, width, 1));
        }

        /** The class of each vector. */
        public int[] predict(float[] vectors) {
            try (Scope scope = Scope.inference()) {
                float[] scores = scores(vectors).toFloats();
                int[] best = new int[scores.length / classes];
                for (int i = 0; i < scores.length; i++) {
                    if (scores[i] > scores[best[i / classes] + i / classes * classes]) {
                        best[i / classes] = i % classes;
                    }
                }
                return best;
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
