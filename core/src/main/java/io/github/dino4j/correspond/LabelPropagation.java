package io.github.dino4j.correspond;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Labels of patches carried from context frames to the next one by the similarity of tokens (DINO, arXiv:2104.14294,
 * "Nearest neighbor retrieval with DINO ViT", after Jabri et al., arXiv:2006.14613; DINOv3's tracking notebook).
 *
 * <p>For each patch the cosines with all context patches of its neighbourhood; those that reach the {@code topK}-th largest
 * are kept, ties all; softmax of cosine / temperature; the weighted mean of their labels. DINOv1 writes the same as
 * exp(cosine / temperature), masked, divided by its sum.
 *
 * @param topK how many context patches vote, 1 or more
 * @param temperature of the softmax, above 0
 */
public record LabelPropagation(Neighbourhood neighbourhood, int topK, double temperature) {

    public LabelPropagation {
        if (topK < 1) {
            throw new IllegalArgumentException("at least one patch votes, found top-k " + topK);
        }
        if (!(temperature > 0) || temperature == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("the temperature is above 0, found " + temperature);
        }
    }

    /** A frame whose labels are known. */
    static final class Context {
        private final Patches patches;
        private final float[][] soft;

        /** {@code soft} [M][h * w]: how much each patch belongs to each object, 0..1. */
        Context(Patches patches, float[][] soft) {
            this.patches = patches;
            this.soft = soft;
        }
    }

    /**
     * Labels [M][h * w] of the patches of a frame; over the objects they add up to 1.
     *
     * @param context at least one frame, of the same grid and objects
     */
    float[][] propagate(Patches current, List<Context> context) {
        for (Context frame : context) {
            Patches other = frame.patches;
            if (other.height() != current.height() || other.width() != current.width()) {
                throw new IllegalArgumentException("a frame of " + current.width() + " x " + current.height()
                        + " patches follows one of " + other.width() + " x " + other.height()
                        + "; all frames of a video have one size");
            }
            if (other.dim() != current.dim()) {
                throw new IllegalArgumentException("tokens of width " + current.dim() + " and " + other.dim()
                        + " cannot be compared; use one model for all frames");
            }
        }
        float[][] soft = new float[context.get(0).soft.length][current.size()];
        try (Scope scope = Scope.inference()) {
            Tensor tokens = current.tensor();
            List<Tensor> others =
                    context.stream().map(frame -> frame.patches.tensor()).toList();
            for (int row = 0; row < current.height(); row++) {
                row(row, current, tokens, context, others, soft);
            }
        }
        return soft;
    }

    /** One row of the grid against the rows in its reach: only these products are formed. */
    private void row(int row, Patches grid, Tensor tokens, List<Context> context, List<Tensor> others, float[][] soft) {
        int width = grid.width();
        int reach = neighbourhood.reach(grid.height());
        int first = Math.max(0, row - reach);
        int rows = Math.min(grid.height(), row + reach + 1) - first;
        float[][] cosines = new float[others.size()][]; // each [width, rows * width]
        try (Scope scope = Scope.open()) {
            Tensor here = tokens.narrow(0, (long) row * width, width);
            for (int f = 0; f < cosines.length; f++) {
                Tensor there = others.get(f).narrow(0, (long) first * width, (long) rows * width);
                cosines[f] = here.matmul(there.transpose(0, 1)).toFloats();
            }
        }
        float[] near = new float[cosines.length * rows * width];
        int[] from = new int[near.length]; // frame * patches of the grid + patch
        for (int column = 0; column < width; column++) {
            int count = 0;
            for (int f = 0; f < cosines.length; f++) {
                int start = column * rows * width;
                for (int r = 0; r < rows; r++) {
                    for (int c = 0; c < width; c++) {
                        if (neighbourhood.holds(first + r - row, c - column)) {
                            near[count] = cosines[f][start + r * width + c];
                            from[count++] = f * grid.size() + (first + r) * width + c;
                        }
                    }
                }
            }
            vote(near, from, count, context, grid.size(), row * width + column, soft);
        }
    }

    private void vote(
            float[] near, int[] from, int count, List<Context> context, int patches, int target, float[][] soft) {
        float[] best = new float[Math.min(topK, count)]; // ascending
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i++) {
            if (near[i] > best[0]) {
                int at = 0;
                while (at + 1 < best.length && best[at + 1] < near[i]) {
                    best[at] = best[++at];
                }
                best[at] = near[i];
            }
        }
        double sum = 0;
        double[] votes = new double[soft.length];
        for (int i = 0; i < count; i++) {
            if (near[i] >= best[0]) {
                double weight = Math.exp((near[i] - best[best.length - 1]) / temperature);
                float[][] labels = context.get(from[i] / patches).soft;
                for (int m = 0; m < votes.length; m++) {
                    double vote = weight * labels[m][from[i] % patches];
                    votes[m] += vote;
                    sum += vote;
                }
            }
        }
        for (int m = 0; m < votes.length; m++) {
            soft[m][target] = sum > 0 ? (float) (votes[m] / sum) : 0;
        }
    }
}
