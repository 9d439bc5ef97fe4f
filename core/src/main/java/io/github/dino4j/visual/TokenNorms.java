package io.github.dino4j.visual;

import io.github.dino4j.predict.Features;
import java.util.Arrays;

/**
 * Lengths of the patch tokens. Models without registers put a few very long tokens into plain regions, artefacts that
 * disturb dense tasks ("Vision Transformers Need Registers", arXiv:2309.16588).
 *
 * <p>{@link Features} come after the model's final norm, which evens the lengths: an artefact stands out less there than
 * in the paper's figures, which show the tokens before it. {@link #of(float[], int)} takes such tokens.
 */
public final class TokenNorms {
    /** How many times the median a token must be long to be called an artefact here. */
    private static final double LONG = 3;

    private TokenNorms() {}

    /** Length of each patch token [h * w]. */
    public static float[] of(Features features) {
        return of(features.patches(), features.dim());
    }

    /** Length of each token of {@code tokens} [n * dim]. */
    public static float[] of(float[] tokens, int dim) {
        if (dim <= 0 || tokens.length % dim != 0) {
            throw new IllegalArgumentException(tokens.length + " values are not tokens of width " + dim);
        }
        float[] norms = new float[tokens.length / dim];
        for (int p = 0; p < norms.length; p++) {
            double square = 0;
            for (int c = 0; c < dim; c++) {
                square += (double) tokens[p * dim + c] * tokens[p * dim + c];
            }
            norms[p] = (float) Math.sqrt(square);
        }
        return norms;
    }

    /**
     * The lengths as a heat map, from 0 to the greatest and at least to three times the median, so that even lengths look
     * even and artefacts alone are bright.
     */
    public static HeatMap heatMap(Features features) {
        HeatMap heat = HeatMap.of(PatchGrid.of(features), of(features));
        return heat.withRange(0, Math.max(heat.high(), limit(heat.values())));
    }

    /** Tokens more than three times as long as the median. */
    public static int artefacts(float[] norms) {
        double limit = limit(norms);
        int count = 0;
        for (float norm : norms) {
            count += norm > limit ? 1 : 0;
        }
        return count;
    }

    private static double limit(float[] norms) {
        float[] sorted = norms.clone();
        Arrays.sort(sorted);
        return LONG * sorted[sorted.length / 2];
    }
}
