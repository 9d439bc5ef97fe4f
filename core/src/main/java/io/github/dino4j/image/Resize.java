package io.github.dino4j.image;

/**
 * The resamplers that the models were trained and published with, value for value.
 *
 * <p>{@link #pillow} equals {@code PIL.Image.resize} of 8-bit images exactly. {@link #tensorUint8} equals torchvision's
 * {@code resize} of a uint8 tensor with {@code antialias=True} (float32 kernel of torch 1.13; the integer kernel of later
 * versions is at most one level away). {@link #tensorFloat} equals {@code torch.nn.functional.interpolate} with {@code
 * antialias=True} of {@code image / 255}, within float32 rounding. {@link #fast} comes close to the first two in a
 * fraction of the time: see {@link Resampling}.
 *
 * <p>Stateless; every method may be called from any thread and uses the calling thread only.
 */
public final class Resize {
    private Resize() {}

    /** Resizes as Pillow does: 8 bits in, 8 bits out, horizontal pass first. */
    public static RgbImage pillow(RgbImage image, int height, int width, Interpolation interpolation) {
        check(height, width);
        if (height == image.height() && width == image.width()) {
            return image;
        }
        if (interpolation == Interpolation.NEAREST) {
            return nearest(
                    image,
                    height,
                    width,
                    PillowResampler.nearest(image.height(), height),
                    PillowResampler.nearest(image.width(), width));
        }
        return PillowResampler.resize(image, height, width, interpolation);
    }

    /**
     * Resizes as torchvision resizes a uint8 tensor.
     *
     * @throws IllegalArgumentException for Lanczos, which torch does not have
     */
    public static RgbImage tensorUint8(RgbImage image, int height, int width, Interpolation interpolation) {
        check(height, width);
        checkTensor(interpolation);
        if (height == image.height() && width == image.width()) {
            return image;
        }
        if (interpolation == Interpolation.NEAREST) {
            return nearest(
                    image,
                    height,
                    width,
                    FloatResampler.nearest(image.height(), height),
                    FloatResampler.nearest(image.width(), width));
        }
        float[] levels = FloatResampler.resize(image, 1, height, width, interpolation);
        byte[] rgb = new byte[levels.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.max(0, Math.min(255, (int) Math.rint(levels[i])));
        }
        return RgbImage.of(width, height, rgb);
    }

    /**
     * Resizes {@code image / 255} in float32 without rounding. Bicubic may leave 0..1 a little at hard edges.
     *
     * @return planar values [3, height, width]
     * @throws IllegalArgumentException for Lanczos, which torch does not have
     */
    public static float[] tensorFloat(RgbImage image, int height, int width, Interpolation interpolation) {
        return planar(interleavedFloat(image, height, width, interpolation), height, width);
    }

    /**
     * Resizes by the engine's kernel for 8-bit pixels, see {@link Resampling#FAST}; nearest and Lanczos as {@link #pillow}.
     */
    public static RgbImage fast(RgbImage image, int height, int width, Interpolation interpolation) {
        check(height, width);
        boolean same = height == image.height() && width == image.width();
        return same || !FastResampler.knows(interpolation)
                ? pillow(image, height, width, interpolation)
                : FastResampler.resize(image, height, width, interpolation);
    }

    /**
     * Bilinear without a wider filter when shrinking, as OpenCV's {@code INTER_LINEAR}: four neighbours, centres of pixels
     * matched, rounded to levels; OpenCV's fixed-point weights may be a level away.
     */
    public static RgbImage fourNeighbours(RgbImage image, int height, int width) {
        check(height, width);
        if (height == image.height() && width == image.width()) {
            return image;
        }
        byte[] from = image.rgb();
        byte[] to = new byte[3 * height * width];
        double stepY = (double) image.height() / height;
        double stepX = (double) image.width() / width;
        for (int y = 0, t = 0; y < height; y++) {
            double sourceY = Math.max(0, Math.min(image.height() - 1, (y + 0.5) * stepY - 0.5));
            int top = (int) sourceY;
            int above = 3 * top * image.width();
            int below = 3 * Math.min(image.height() - 1, top + 1) * image.width();
            double down = sourceY - top;
            for (int x = 0; x < width; x++) {
                double sourceX = Math.max(0, Math.min(image.width() - 1, (x + 0.5) * stepX - 0.5));
                int left = 3 * (int) sourceX;
                int right = 3 * Math.min(image.width() - 1, (int) sourceX + 1);
                double aside = sourceX - (int) sourceX;
                for (int c = 0; c < 3; c++, t++) {
                    double upper =
                            (from[above + left + c] & 0xff) * (1 - aside) + (from[above + right + c] & 0xff) * aside;
                    double lower =
                            (from[below + left + c] & 0xff) * (1 - aside) + (from[below + right + c] & 0xff) * aside;
                    to[t] = (byte) Math.rint(upper * (1 - down) + lower * down);
                }
            }
        }
        return RgbImage.of(width, height, to);
    }

    /** As {@link #tensorFloat}, but [height, width, 3]. */
    static float[] interleavedFloat(RgbImage image, int height, int width, Interpolation interpolation) {
        check(height, width);
        checkTensor(interpolation);
        if ((height == image.height() && width == image.width()) || interpolation == Interpolation.NEAREST) {
            byte[] rgb = tensorUint8(image, height, width, interpolation).rgb();
            float[] values = new float[rgb.length];
            for (int i = 0; i < rgb.length; i++) {
                values[i] = (rgb[i] & 0xff) / 255f;
            }
            return values;
        }
        return FloatResampler.resize(image, 255, height, width, interpolation);
    }

    static float[] planar(float[] interleaved, int height, int width) {
        int area = height * width;
        float[] planes = new float[interleaved.length];
        for (int i = 0; i < area; i++) {
            planes[i] = interleaved[3 * i];
            planes[area + i] = interleaved[3 * i + 1];
            planes[2 * area + i] = interleaved[3 * i + 2];
        }
        return planes;
    }

    static void checkTensor(Interpolation interpolation) {
        if (interpolation == Interpolation.LANCZOS) {
            throw new IllegalArgumentException("torch tensors have no Lanczos filter; use the Pillow path, or bicubic");
        }
    }

    private static void check(int height, int width) {
        if (height <= 0 || width <= 0 || 3L * height * width > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException("cannot resize to " + height + " x " + width
                    + " (height x width): both sides must be positive and the area below 715 million pixels");
        }
    }

    private static RgbImage nearest(RgbImage image, int height, int width, int[] rows, int[] columns) {
        byte[] from = image.rgb();
        byte[] to = new byte[3 * height * width];
        int t = 0;
        for (int y = 0; y < height; y++) {
            int row = 3 * rows[y] * image.width();
            for (int x = 0; x < width; x++, t += 3) {
                int f = row + 3 * columns[x];
                to[t] = from[f];
                to[t + 1] = from[f + 1];
                to[t + 2] = from[f + 2];
            }
        }
        return RgbImage.of(width, height, to);
    }
}
