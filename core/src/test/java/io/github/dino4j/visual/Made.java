package io.github.dino4j.visual;

import io.github.dino4j.image.Geometry;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import java.util.Random;

/** Photos, geometries and features made up for tests. */
final class Made {
    private Made() {}

    /** A photo of one colour. */
    static RgbImage plain(int width, int height, int colour) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i += 3) {
            Canvas.put(rgb, i, colour);
        }
        return RgbImage.of(width, height, rgb);
    }

    static RgbImage photo(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            int red = i % width * 255 / width;
            int green = i / width * 255 / height;
            Canvas.put(rgb, 3 * i, red << 16 | green << 8 | 0x60);
        }
        return RgbImage.of(width, height, rgb);
    }

    static Geometry geometry(int sourceWidth, int sourceHeight, Sizing sizing) {
        return Transform.dinoV3(64)
                .withSizing(sizing)
                .apply(plain(sourceWidth, sourceHeight, 0))
                .geometry();
    }

    /** A photo of {@code 10 * width} x {@code 10 * height} pixels, seen whole. */
    static Geometry whole(int height, int width) {
        return geometry(10 * width, 10 * height, new Sizing.Exact(16 * height, 16 * width));
    }

    static Features features(int height, int width, int dim, float... patches) {
        return new Features(height, width, new float[dim], new float[0], patches, whole(height, width));
    }

    static Features random(int height, int width, int dim, long seed) {
        return random(height, width, dim, seed, whole(height, width));
    }

    static Features random(int height, int width, int dim, long seed, Geometry geometry) {
        Random random = new Random(seed);
        float[] patches = new float[height * width * dim];
        for (int i = 0; i < patches.length; i++) {
            patches[i] = (float) ((1 + i % dim) * random.nextGaussian()) + i % dim;
        }
        return new Features(height, width, new float[dim], new float[0], patches, geometry);
    }

    /** Two kinds of patches: a bright square in the middle of a dark frame, with a little noise. */
    static Features subject(int side, int dim, double sign, long seed) {
        Random random = new Random(seed);
        float[] patches = new float[side * side * dim];
        for (int p = 0; p < side * side; p++) {
            boolean inside = isInside(p, side);
            for (int c = 0; c < dim; c++) {
                patches[p * dim + c] = (float) ((inside ? sign : -sign) * (1 + c) + 0.1 * random.nextGaussian());
            }
        }
        return new Features(side, side, new float[dim], new float[0], patches, whole(side, side));
    }

    static boolean isInside(int patch, int side) {
        int row = patch / side;
        int column = patch % side;
        return row >= side / 4 && row < side - side / 4 && column >= side / 4 && column < side - side / 4;
    }
}
