package io.github.dino4j.train;

import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * An image and the class of each of its pixels, ready for the model. Immutable by contract: arrays are handed out.
 *
 * @param targets [height * width] of the input, row by row: 0 to K - 1, or -1 where a pixel does not count
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SegmentExample(Input input, int[] targets) {
    public SegmentExample {
        if (targets.length != input.height() * input.width()) {
            throw new IllegalArgumentException(targets.length + " labels do not cover example " + input.index() + " of "
                    + input.width() + " x " + input.height() + " pixels; resize and crop both alike");
        }
    }

    /** The normalised images [B, C, H, W]. */
    static Tensor pixels(List<SegmentExample> batch) {
        return Input.batch(batch.stream().map(SegmentExample::input).toList());
    }

    /**
     * Class numbers I64 [B, H, W].
     *
     * @param ignored what stands for pixels that do not count
     */
    static Tensor labels(List<SegmentExample> batch, int ignored) {
        Input first = batch.get(0).input();
        long[] labels = new long[Math.multiplyExact(batch.size(), first.height() * first.width())];
        int at = 0;
        for (SegmentExample example : batch) {
            for (int target : example.targets) {
                labels[at++] = target < 0 ? ignored : target;
            }
        }
        return Tensor.of(labels, batch.size(), first.height(), first.width());
    }
}
