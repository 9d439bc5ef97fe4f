package io.github.dino4j.image;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/** The engine's antialiased resize of uint8 pixels as they lie in memory, channels last, on the calling thread. */
final class FastResampler {
    private FastResampler() {}

    static boolean knows(Interpolation filter) {
        return filter == Interpolation.BILINEAR || filter == Interpolation.BICUBIC;
    }

    static RgbImage resize(RgbImage image, int height, int width, Interpolation filter) {
        try (Scope scope = Scope.tiled()) { // one thread: images are decoded side by side
            Tensor pixels = Tensor.of(image.rgb(), DType.U8, 1, image.height(), image.width(), 3)
                    .permute(0, 3, 1, 2);
            Tensor resized = filter == Interpolation.BICUBIC
                    ? pixels.bicubic(height, width, true)
                    : pixels.bilinear(height, width, true);
            return RgbImage.of(width, height, resized.permute(0, 2, 3, 1).toBytes());
        }
    }
}
