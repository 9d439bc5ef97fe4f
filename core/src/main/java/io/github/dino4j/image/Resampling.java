package io.github.dino4j.image;

import java.util.Locale;

/**
 * How exactly images are resized. Features of one index should come through the same.
 *
 * <p>{@link #FAST} against {@link #EXACT}, in levels of 0..255 ({@code ResamplingTest}; the sample photos, 60 street scenes,
 * 292 micrographs):
 *
 * <table>
 * <caption>Differences on photos</caption>
 * <tr><th>transform</th><th>values that differ</th><th>by 2 or more</th><th>largest</th></tr>
 * <tr><td>v1, v2: Pillow, bicubic</td><td>0.2 to 0.7 %</td><td>below 0.001 %</td><td>2</td></tr>
 * <tr><td>v3: uint8 tensor, bilinear</td><td>13 to 16 %</td><td>none</td><td>1</td></tr>
 * <tr><td>v3's evaluation: uint8 tensor, bicubic</td><td>14 to 17 %</td><td>0.004 %</td><td>9</td></tr>
 * </table>
 *
 * <p>The kernel rounds to 8 bits between its two passes, as Pillow does and torch 1.13, which the exact uint8 tensor path
 * equals, did not.
 */
public enum Resampling {
    /** Equal to the model's own transform, value for value, by the arithmetic of its {@link ResizePath}; plain Java. */
    EXACT,
    /**
     * Bilinear and bicubic by the engine's antialiased kernel on 8-bit pixels, whatever the path; nearest and Lanczos stay
     * exact. On {@link ResizePath#TENSOR_FLOAT} the resized values are rounded to whole levels, and clamped to 0..1. The
     * kernel is vectorised on x86-64 with AVX2; the levels may differ by 1 between processors.
     */
    FAST;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
