package io.github.dino4j.train;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;

/**
 * From a student's width to a teacher's: a linear map of class tokens and one of patch tokens. Needed in distillation
 * alone. Immutable.
 *
 * <p>Weights: {@code cls}, {@code patches} [C of the teacher, C of the student].
 */
public final class FeatureProjection {
    private final Linear cls;
    private final Linear patches;

    /**
     * @param from C of the student
     * @param to C of the teacher
     */
    public FeatureProjection(Parameters p, int from, int to) {
        cls = p.linear("cls", from, to, Bias.FULL);
        patches = p.linear("patches", from, to, Bias.FULL);
    }

    /** Class tokens [B, C]. */
    public Tensor cls(Tensor x) {
        return cls.forward(x);
    }

    /** Patch tokens [B, N, C]. */
    public Tensor patches(Tensor x) {
        return patches.forward(x);
    }
}
