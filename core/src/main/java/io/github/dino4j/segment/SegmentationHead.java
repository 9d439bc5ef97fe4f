package io.github.dino4j.segment;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.OptionalInt;

/** From a backbone's tokens to a score for each class and pixel. Immutable; results belong to the caller's scope. */
public interface SegmentationHead {
    Taps taps();

    /** Number of classes K. */
    int classes();

    /** Channels that it reads of all its layers together, class tokens included; empty: any. */
    default OptionalInt channels() {
        return OptionalInt.empty();
    }

    /** Whether it reads class tokens beside the patches. */
    default boolean readsClassToken() {
        return false;
    }

    /** What the sides of its input must be a multiple of, beside the backbone's patch. */
    default int multiple() {
        return 1;
    }

    /**
     * Native memory in bytes, estimated, that the head takes for one image of these sides beside its scores in the size
     * asked for: for heads that score a coarse grid two maps of K channels at a quarter of the sides.
     *
     * @param height of the input in pixels
     * @param width of the input in pixels
     */
    default long bytes(int height, int width) {
        return 2L * classes() * ((height + 3L) / 4) * ((width + 3L) / 4) * Float.BYTES;
    }

    /**
     * Scores [B, K, height, width], the larger the likelier; a softmax over K makes them probabilities.
     *
     * @param pixels the normalised images [B, 3, H, W] that the backbone saw
     * @param taps what {@link #taps()} asked for
     * @param height of the result, whatever the input's size
     */
    Tensor scores(Tensor pixels, List<Tokens> taps, int height, int width);
}
