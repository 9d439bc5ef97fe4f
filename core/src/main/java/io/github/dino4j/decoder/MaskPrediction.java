package io.github.dino4j.decoder;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/**
 * What Q queries say about B images: each is of one class, or of none, and has one mask. Bound to the scope in which it
 * was made.
 *
 * @param classes logits [B, Q, K + 1]; the last class is "nothing here"
 * @param masks logits [B, Q, h, w]; above 0 inside
 */
public record MaskPrediction(Tensor classes, Tensor masks) {
    /** Number of classes K, "nothing here" left out. */
    public int count() {
        return (int) classes.size(2) - 1;
    }

    /** Probabilities [B, Q, K] of the classes; what they lack to 1 is that of "nothing here". */
    public Tensor classProbabilities() {
        return classes.softmax(-1).narrow(2, 0, count());
    }

    /** The mask logits [B, Q, height, width], resized bilinearly. */
    public Tensor masks(int height, int width) {
        return masks.size(2) == height && masks.size(3) == width ? masks : masks.bilinear(height, width, false);
    }

    /** The same, moved to the scope around {@code scope}. */
    public MaskPrediction keep(Scope scope) {
        return new MaskPrediction(scope.keep(classes), scope.keep(masks));
    }

    /**
     * For each image the maps' weighted sums, "bqc,bchw->bqhw".
     *
     * @param weights [B, Q, C]
     * @param maps [B, C, h, w]
     */
    public static Tensor blend(Tensor weights, Tensor maps) {
        Tensor[] images = new Tensor[(int) maps.size(0)];
        for (int b = 0; b < images.length; b++) {
            // A 1x1 convolution, because the engine's matrix product runs on one thread.
            Tensor kernel = weights.select(0, b).unsqueeze(-1).unsqueeze(-1);
            images[b] = maps.narrow(0, b, 1).conv2d(kernel, null, 1, 0, 1);
        }
        return Tensor.cat(0, images);
    }
}
