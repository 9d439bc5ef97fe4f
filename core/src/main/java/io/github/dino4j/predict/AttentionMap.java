package io.github.dino4j.predict;

import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where the class token looks: for each head one weight a patch, from the softmax over all tokens, so that the weights
 * of the patches sum to less than 1 (the rest goes to the class and register tokens). As in DINOv1's visualisation
 * (arXiv:2104.14294). Immutable: arrays are copied on the way out.
 */
public final class AttentionMap {
    private final int heads;
    private final int height;
    private final int width;
    private final float[] values;

    /** Takes over {@code values} [heads * height * width]. */
    public AttentionMap(int heads, int height, int width, float[] values) {
        if (values.length != heads * height * width) {
            throw new IllegalArgumentException(
                    values.length + " weights do not make " + heads + " maps of " + height + " x " + width);
        }
        this.heads = heads;
        this.height = height;
        this.width = width;
        this.values = values;
    }

    /**
     * The class token's row of one image.
     *
     * @param attention weights [B, heads, N, N] of a block; image {@code index} is read
     */
    public static AttentionMap of(Tensor attention, int index, int height, int width) {
        long patches = (long) height * width;
        long prefix = attention.size(3) - patches;
        float[] values = attention
                .select(0, index)
                .select(1, 0)
                .narrow(1, prefix, patches)
                .toFloats();
        return new AttentionMap((int) attention.size(1), height, width, values);
    }

    public int heads() {
        return heads;
    }

    /** Rows of the patch grid. */
    public int height() {
        return height;
    }

    /** Columns of the patch grid. */
    public int width() {
        return width;
    }

    /** Weights [height * width] of one head. */
    public float[] head(int head) {
        if (head < 0 || head >= heads) {
            throw new IndexOutOfBoundsException(
                    "head " + head + " does not exist: there are heads 0 to " + (heads - 1));
        }
        int size = height * width;
        return Arrays.copyOfRange(values, head * size, (head + 1) * size);
    }

    /** Mean over the heads [height * width]. */
    public float[] mean() {
        int size = height * width;
        float[] mean = new float[size];
        for (int i = 0; i < values.length; i++) {
            mean[i % size] += values[i] / heads;
        }
        return mean;
    }

    /**
     * The smallest set of a head's patches that holds {@code mass} of its weight (DINOv1's thresholded mask; 0.6 there).
     *
     * @param mass in 0..1
     * @return [height * width]
     */
    public boolean[] mask(int head, double mass) {
        if (!(mass >= 0 && mass <= 1)) {
            throw new IllegalArgumentException("the mass of a mask is a share in 0..1, not " + mass);
        }
        float[] weights = head(head);
        double total = 0;
        for (float weight : weights) {
            total += weight;
        }
        int[] ascending = IntStream.range(0, weights.length)
                .boxed()
                .sorted((a, b) -> Float.compare(weights[a], weights[b]))
                .mapToInt(i -> i)
                .toArray();
        boolean[] mask = new boolean[weights.length];
        double below = 0;
        for (int patch : ascending) {
            below += weights[patch] / total;
            mask[patch] = below > 1 - mass;
        }
        return mask;
    }
}
