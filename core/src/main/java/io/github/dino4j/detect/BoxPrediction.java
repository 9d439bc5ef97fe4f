package io.github.dino4j.detect;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/**
 * What Q queries say about B images: a logit for each class, and a box. Bound to the scope in which it was made.
 *
 * @param classes logits [B, Q, K]; the sigmoid is the probability of each class by itself
 * @param boxes centred, in pixels of the images [B, Q, 4]
 */
public record BoxPrediction(Tensor classes, Tensor boxes) {
    /** The queries {@code from .. from + count - 1}. */
    public BoxPrediction queries(int from, int count) {
        return new BoxPrediction(classes.narrow(1, from, count), boxes.narrow(1, from, count));
    }

    /** Number of queries Q. */
    public int count() {
        return (int) classes.size(1);
    }

    /** The same, moved to the scope around {@code scope}. */
    public BoxPrediction keep(Scope scope) {
        return new BoxPrediction(scope.keep(classes), scope.keep(boxes));
    }
}
