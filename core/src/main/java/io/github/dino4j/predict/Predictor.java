package io.github.dino4j.predict;

import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import java.nio.file.Path;

/**
 * A backbone and a head, ready for photos: every task has one, and all have this shape. Immutable; any thread may use it,
 * and results are Java values that outlive it. Closing frees the head; the {@link Model} belongs to whoever loaded it.
 *
 * @param <R> the task's result, which draws itself and writes itself
 */
public interface Predictor<R> extends AutoCloseable {
    /** What the head says about a photo, in the photo's own pixels. */
    R predict(RgbImage photo);

    /**
     * The same for a photo with depth, by a model that reads both ({@link LoadOptions#withDepth}).
     *
     * @throws IllegalArgumentException if the two differ in size, or the model reads no depth
     */
    default R predict(RgbImage photo, DepthFrame depth) {
        throw new IllegalArgumentException("this predictor reads photos without depth");
    }

    /**
     * The same for an image file.
     *
     * @throws ImageException if it cannot be read
     */
    default R predict(Path image) {
        return predict(ImageDecoder.standard().read(image));
    }

    @Override
    void close();
}
