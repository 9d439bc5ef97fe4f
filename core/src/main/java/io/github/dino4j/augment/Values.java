package io.github.dino4j.augment;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.Normalisation;

/** The normalised photo of a scene, with zeros where it is padded. */
final class Values {
    private Values() {}

    static float[] of(Scene scene, Normalisation normalisation) {
        int width = scene.width();
        int height = scene.height();
        int area = Math.multiplyExact(width, height);
        byte[] rgb = scene.photo().rgb();
        float[] values = new float[Math.multiplyExact(3, area)];
        Box content = scene.content();
        // a pixel belongs to the photo if its centre does: a resized edge may lie inside of a pixel
        int left = (int) Math.ceil(content.x0() - 0.5);
        int right = (int) Math.ceil(content.x1() - 0.5);
        int top = (int) Math.ceil(content.y0() - 0.5);
        int bottom = (int) Math.ceil(content.y1() - 0.5);
        float[] mean = normalisation.mean();
        float[] std = normalisation.std();
        for (int c = 0; c < 3; c++) {
            float[] table = new float[256];
            for (int level = 0; level < 256; level++) {
                table[level] = (level / 255f - mean[c]) / std[c];
            }
            for (int y = top; y < bottom; y++) {
                int to = c * area + y * width + left;
                int from = 3 * (y * width + left) + c;
                for (int x = left; x < right; x++, from += 3) {
                    values[to++] = table[rgb[from] & 0xff];
                }
            }
        }
        return values;
    }
}
