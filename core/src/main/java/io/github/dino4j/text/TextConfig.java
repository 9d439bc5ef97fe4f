package io.github.dino4j.text;

import java.util.Optional;

/**
 * Shape of a text tower.
 *
 * @param context numbers of a text, with start, end and padding; 77 in the published models
 * @param vocabulary different numbers; 49,408
 * @param dim width; 1,280
 * @param heads of attention, a divisor of {@code dim}; 20
 * @param layers 24
 * @param hidden inner width of the feed-forward networks; 4 times {@code dim}
 * @param causal whether a token sees only those before it
 * @param layerScale the first value of LayerScale's factors; empty where there is none
 * @param headBlocks further blocks behind the last norm, with a norm of their own; 0
 * @param headCausal whether these are causal
 * @param projection whether a linear layer brings {@code dim} to the joint space
 * @param pooling which token stands for the text
 */
public record TextConfig(
        int context,
        int vocabulary,
        int dim,
        int heads,
        int layers,
        int hidden,
        boolean causal,
        Optional<Double> layerScale,
        int headBlocks,
        boolean headCausal,
        boolean projection,
        Pooling pooling) {
    /** Which token stands for the text. */
    public enum Pooling {
        FIRST,
        LAST,
        /** The first of the largest number: the end of the text. */
        END
    }

    public TextConfig {
        if (context < 2 || vocabulary < 1 || layers < 0 || headBlocks < 0 || hidden < 1) {
            throw new IllegalArgumentException(
                    "a text tower needs a context of 2 or more and positive sizes, found context " + context
                            + ", vocabulary " + vocabulary + ", layers " + layers);
        }
        if (heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException(
                    "width " + dim + " cannot be split over " + heads + " heads; take a divisor of the width");
        }
    }

    /** The published text tower. */
    public static TextConfig published() {
        return new TextConfig(77, 49408, 1280, 20, 24, 5120, true, Optional.empty(), 0, false, true, Pooling.END);
    }

    /** A small one for trying out, untrained: 2 layers of width 128. */
    public static TextConfig light(int vocabulary) {
        return new TextConfig(77, vocabulary, 128, 2, 2, 512, true, Optional.empty(), 0, false, true, Pooling.END);
    }
}
