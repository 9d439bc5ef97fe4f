package io.github.dino4j.train;

import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * An image and the depth of each of its pixels, ready for the model. Immutable by contract: arrays are handed out.
 *
 * @param metres [height * width] of the input, row by row; 0 where nothing was measured
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DepthExample(Input input, float[] metres) {
    public DepthExample {
        if (metres.length != input.height() * input.width()) {
            throw new IllegalArgumentException(metres.length + " depths do not cover example " + input.index() + " of "
                    + input.width() + " x " + input.height() + " pixels; resize and crop both alike");
        }
    }

    /** Metres [B, 1, H, W]. */
    static Tensor target(List<DepthExample> batch) {
        Input first = batch.get(0).input();
        int pixels = first.height() * first.width();
        float[] all = new float[Math.multiplyExact(batch.size(), pixels)];
        for (int b = 0; b < batch.size(); b++) {
            System.arraycopy(batch.get(b).metres, 0, all, b * pixels, pixels);
        }
        return Tensor.of(all, batch.size(), 1, first.height(), first.width());
    }
}
