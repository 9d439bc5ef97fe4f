package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;

/** A set of patches over a photo: half transparent, with a contour in the full colour. */
final class MaskPicture {
    private static final int[] COLOURS = {
        0xff6b35, 0x2ec4b6, 0xffd23f, 0x9b5de5, 0x06d6a0, 0xef476f, 0x3a86ff, 0xf15bb5, 0x8ac926, 0x00bbf9, 0xfb8500,
        0xc77dff
    };

    private MaskPicture() {}

    static int colour(int index) {
        return COLOURS[index % COLOURS.length];
    }

    static RgbImage over(RgbImage photo, PatchGrid grid, boolean[] mask, int colour) {
        Sampler sampler = Sampler.ofPhoto(grid, photo.height(), photo.width(), Enlargement.NEAREST);
        float[] inside = new float[mask.length];
        for (int i = 0; i < mask.length; i++) {
            inside[i] = mask[i] ? 1 : 0;
        }
        int line = Math.max(1, Math.round(Math.max(photo.width(), photo.height()) / 300f));
        byte[] from = photo.rgb();
        byte[] rgb = from.clone();
        for (int y = 0, i = 0; y < photo.height(); y++) {
            for (int x = 0; x < photo.width(); x++, i += 3) {
                if (isIn(sampler, inside, x, y)) {
                    boolean contour = !isIn(sampler, inside, x - line, y)
                            || !isIn(sampler, inside, x + line, y)
                            || !isIn(sampler, inside, x, y - line)
                            || !isIn(sampler, inside, x, y + line);
                    int under = (from[i] & 0xff) << 16 | (from[i + 1] & 0xff) << 8 | (from[i + 2] & 0xff);
                    Canvas.put(rgb, i, Canvas.mix(under, colour, contour ? 1 : 0.5));
                }
            }
        }
        return RgbImage.of(photo.width(), photo.height(), rgb);
    }

    private static boolean isIn(Sampler sampler, float[] inside, int x, int y) {
        return x >= 0
                && x < sampler.width()
                && y >= 0
                && y < sampler.height()
                && sampler.sees(x, y)
                && sampler.at(inside, 1, 0, x, y) > 0.5;
    }
}
