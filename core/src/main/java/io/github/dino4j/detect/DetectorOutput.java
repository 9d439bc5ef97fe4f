package io.github.dino4j.detect;

import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * What a {@link Detector} says about B images. Bound to the scope in which it was made.
 *
 * @param layers after each decoder layer; the last is the answer, the others are trained too
 * @param proposals of the first stage, of which the first class says how much a place looks like any object
 * @param queries that answer; those behind them are there in training only
 * @param limits (width, height, width, height) in pixels of the images [B, 1, 4]
 */
public record DetectorOutput(List<BoxPrediction> layers, BoxPrediction proposals, int queries, Tensor limits) {
    public DetectorOutput {
        layers = List.copyOf(layers);
    }

    /** The answer: the last layer's prediction of the queries that answer; a small image has fewer, one a proposal. */
    public BoxPrediction answer() {
        BoxPrediction last = layers.get(layers.size() - 1);
        return last.queries(0, Math.min(queries, last.count()));
    }
}
