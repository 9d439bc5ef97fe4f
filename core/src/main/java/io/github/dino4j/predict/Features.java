package io.github.dino4j.predict;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.image.Geometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Features of one image as Java values.
 *
 * <p>Which to use: the class token ({@link #embedding()}) to search and to classify; patch tokens to segment, to match
 * and to look at; register tokens not at all, they are the model's scratch paper. Compare by cosine, after scaling both
 * sides to unit length. Immutable: arrays are copied on the way out.
 */
public final class Features {
    private final int dim;
    private final int height;
    private final int width;
    private final float[] cls;
    private final float[] registers;
    private final float[] patches;
    private final Geometry geometry;

    /**
     * Takes the arrays over.
     *
     * @param cls [dim]
     * @param registers [R * dim]
     * @param patches [height * width * dim], row by row
     * @param geometry how the image became the model's input
     */
    public Features(int height, int width, float[] cls, float[] registers, float[] patches, Geometry geometry) {
        this.dim = cls.length;
        this.height = height;
        this.width = width;
        this.cls = cls;
        this.registers = registers;
        this.patches = patches;
        this.geometry = geometry;
        if (patches.length != height * width * dim || registers.length % dim != 0) {
            throw new IllegalArgumentException(
                    patches.length + " patch values do not make " + height + " x " + width + " patches of " + dim);
        }
    }

    /** The images of a batch, one by one. */
    static List<Features> of(Tokens tokens, List<Geometry> geometries) {
        float[] cls = tokens.cls().toFloats();
        float[] registers = tokens.registers().toFloats();
        float[] patches = tokens.patches().toFloats();
        int batch = geometries.size();
        List<Features> features = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            features.add(new Features(
                    tokens.height(),
                    tokens.width(),
                    part(cls, i, batch),
                    part(registers, i, batch),
                    part(patches, i, batch),
                    geometries.get(i)));
        }
        return features;
    }

    private static float[] part(float[] values, int index, int parts) {
        int length = values.length / parts;
        return Arrays.copyOfRange(values, index * length, (index + 1) * length);
    }

    /** The image as one vector [dim]: its class token. */
    public float[] embedding() {
        return cls.clone();
    }

    /** Width of a token. */
    public int dim() {
        return dim;
    }

    /** Rows of the patch grid. */
    public int height() {
        return height;
    }

    /** Columns of the patch grid. */
    public int width() {
        return width;
    }

    /** Number of register tokens. */
    public int registerCount() {
        return registers.length / dim;
    }

    /** Register tokens [R * dim]. */
    public float[] registers() {
        return registers.clone();
    }

    /** Patch tokens [height * width * dim], row by row. */
    public float[] patches() {
        return patches.clone();
    }

    /** The token [dim] of one patch. */
    public float[] patch(int row, int column) {
        if (row < 0 || row >= height || column < 0 || column >= width) {
            throw new IndexOutOfBoundsException(
                    "patch (" + row + ", " + column + ") of a grid of " + height + " x " + width);
        }
        int start = (row * width + column) * dim;
        return Arrays.copyOfRange(patches, start, start + dim);
    }

    /** Mean [dim] of the patch tokens. */
    public float[] meanPatch() {
        double[] sums = new double[dim];
        for (int i = 0; i < patches.length; i++) {
            sums[i % dim] += patches[i];
        }
        float[] mean = new float[dim];
        for (int c = 0; c < dim; c++) {
            mean[c] = (float) (sums[c] / (height * width));
        }
        return mean;
    }

    /** How the image became the model's input, to find a patch in the photo again. */
    public Geometry geometry() {
        return geometry;
    }

    @Override
    public String toString() {
        return "Features[dim " + dim + ", " + registerCount() + " registers, " + height + " x " + width + " patches]";
    }
}
