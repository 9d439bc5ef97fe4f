package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Ranks;
import java.util.Map;

/**
 * How the teacher's scores become probabilities without all of them falling onto one prototype or spreading evenly over
 * all: the two ways to collapse (DINO, arXiv:2104.14294, section 3.1). For the trainer's thread.
 */
public interface Centering {
    /**
     * Probabilities [N, K] for scores [N, K] in the current scope, by the statistics as they stand; then they take this batch
     * in.
     *
     * @param temperature by which scores are divided: the lower, the sharper
     * @param ranks whose batches count together
     */
    Tensor targets(Tensor scores, double temperature, Ranks ranks);

    /** What a resumed run must find again. */
    Map<String, Tensor> state();
}
