package io.github.dino4j.train;

/**
 * Where a run is.
 *
 * @param iteration counted from 0 over the whole run: one update of the weights, whatever the number of batches behind it
 * @param iterations of the whole run
 * @param epoch counted from 0
 */
public record Step(long iteration, long iterations, int epoch) {}
