package io.github.dino4j.lora;

import io.github.dino4j.nn.Init;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * The pair of matrices at one place. Immutable.
 *
 * <p>Weights: A [r, in], B [out, r].
 */
public final class LoraFactors {
    private final int rank;
    private final float[] a;
    private final float[] b;

    /**
     * Takes copies.
     *
     * @param rank r
     * @param a A row by row
     * @param b B row by row
     */
    public LoraFactors(int rank, float[] a, float[] b) {
        if (rank < 1 || a.length == 0 || b.length == 0 || a.length % rank != 0 || b.length % rank != 0) {
            throw new IllegalArgumentException(
                    a.length + " and " + b.length + " values are no matrices of rank " + rank);
        }
        this.rank = rank;
        this.a = a.clone();
        this.b = b.clone();
    }

    /**
     * As training begins: A uniform in +-1/sqrt(in) (Kaiming with slope sqrt 5, PyTorch's default), B zero, so that
     * nothing is changed yet.
     */
    static LoraFactors random(int rank, int in, int out, String key, long seed) {
        CRC32 hash = new CRC32();
        hash.update(key.getBytes(StandardCharsets.UTF_8));
        float[] a = new float[rank * in];
        Init.uniform(1 / Math.sqrt(in)).fill(a, new SplittableRandom(seed * 0x9E3779B97F4A7C15L + hash.getValue()));
        return new LoraFactors(rank, a, new float[out * rank]);
    }

    public int rank() {
        return rank;
    }

    public int in() {
        return a.length / rank;
    }

    public int out() {
        return b.length / rank;
    }

    /** A [r, in], row by row; a copy. */
    public float[] a() {
        return a.clone();
    }

    /** B [out, r], row by row; a copy. */
    public float[] b() {
        return b.clone();
    }

    /** Whether A is the same as the other's. */
    boolean sharesInput(LoraFactors other) {
        return java.util.Arrays.equals(a, other.a);
    }

    boolean isFinite() {
        return finite(a) && finite(b);
    }

    private static boolean finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Adds scaling B A to rows of a matrix as wide as A. */
    void addTo(float[] matrix, int firstRow, double scaling) {
        int in = in();
        for (int row = 0; row < out(); row++) {
            int start = (firstRow + row) * in;
            for (int k = 0; k < rank; k++) {
                float factor = (float) (scaling * b[row * rank + k]);
                for (int column = 0; column < in; column++) {
                    matrix[start + column] += factor * a[k * in + column];
                }
            }
        }
    }
}
