package io.github.dino4j.ssl;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which patches of some images are hidden from the student. Immutable. */
public final class PatchMasks {
    private final boolean[][] masks;
    private final long[] indices;
    private final float[] weights;

    /**
     * @param masks one an image, each with a value a patch
     * @throws IllegalArgumentException if there is no image, or two have different numbers of patches
     */
    public PatchMasks(List<boolean[]> masks) {
        if (masks.isEmpty()) {
            throw new IllegalArgumentException("masks need at least one image");
        }
        this.masks = masks.stream().map(boolean[]::clone).toArray(boolean[][]::new);
        int patches = this.masks[0].length;
        int count = 0;
        for (boolean[] mask : this.masks) {
            if (mask.length != patches) {
                throw new IllegalArgumentException("one mask has " + patches + " patches, another " + mask.length);
            }
            count += count(mask);
        }
        indices = new long[count];
        weights = new float[count];
        int at = 0;
        for (int image = 0; image < this.masks.length; image++) {
            float weight = 1f / Math.max(1, count(this.masks[image]));
            for (int patch = 0; patch < patches; patch++) {
                if (this.masks[image][patch]) {
                    indices[at] = (long) image * patches + patch;
                    weights[at++] = weight;
                }
            }
        }
    }

    private static int count(boolean[] mask) {
        int count = 0;
        for (boolean hidden : mask) {
            count += hidden ? 1 : 0;
        }
        return count;
    }

    /** Those of two ranges of images, one after the other. */
    PatchMasks of(int first, int firstCount, int second, int secondCount) {
        List<boolean[]> some = new ArrayList<>();
        some.addAll(Arrays.asList(masks).subList(first, first + firstCount));
        some.addAll(Arrays.asList(masks).subList(second, second + secondCount));
        return new PatchMasks(some);
    }

    public int images() {
        return masks.length;
    }

    /** Patches of an image. */
    public int patches() {
        return masks[0].length;
    }

    /** Hidden patches of all images. */
    public int count() {
        return indices.length;
    }

    /** The hidden patches among all patches of all images, ascending. */
    public long[] indices() {
        return indices.clone();
    }

    /** The others, ascending. */
    public long[] visible() {
        long all = (long) images() * patches();
        boolean[] hidden = new boolean[Math.toIntExact(all)];
        Arrays.stream(indices).forEach(index -> hidden[(int) index] = true);
        return java.util.stream.LongStream.range(0, all)
                .filter(index -> !hidden[(int) index])
                .toArray();
    }

    /** One over the number of hidden patches of its image, for each hidden patch. */
    float[] weights() {
        return weights.clone();
    }

    /** BOOL [images, patches] in the current scope. */
    public Tensor tensor() {
        byte[] bytes = new byte[images() * patches()];
        Arrays.stream(indices).forEach(index -> bytes[(int) index] = 1);
        return Tensor.of(bytes, DType.BOOL, images(), patches());
    }
}
