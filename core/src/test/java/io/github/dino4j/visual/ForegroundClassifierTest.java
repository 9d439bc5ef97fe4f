package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForegroundClassifierTest {
    private static final int SIDE = 12;
    private static final int PATCH = 4;
    private static final Transform MASKS = new Transform(
            new Sizing.AsIs(), Interpolation.BILINEAR, ResizePath.PILLOW, Normalisation.of(new float[3], new float[] {
                1, 1, 1
            }));

    /** A white square of 24 pixels at (x, y) on black, 48 x 48. */
    private static Pixels mask(int left, int top) {
        byte[] rgb = new byte[3 * 48 * 48];
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 48; x++) {
                boolean white = x >= left && x < left + 24 && y >= top && y < top + 24;
                for (int c = 0; c < 3; c++) {
                    rgb[3 * (y * 48 + x) + c] = (byte) (white ? 255 : 0);
                }
            }
        }
        return MASKS.apply(RgbImage.of(48, 48, rgb));
    }

    /** Tokens whose first channel leans to one side where the mask is white, with noise. */
    private static Features features(Pixels mask, long seed) {
        Random random = new Random(seed);
        float[] coverage = ForegroundClassifier.coverage(mask, PATCH);
        int dim = 6;
        float[] patches = new float[SIDE * SIDE * dim];
        for (int i = 0; i < patches.length; i++) {
            patches[i] = (float) random.nextGaussian();
            if (i % dim == 0) {
                patches[i] += coverage[i / dim] > 0.5 ? 4 : -4;
            }
        }
        return new Features(SIDE, SIDE, new float[dim], new float[0], patches, mask.geometry());
    }

    @Test
    void findsTheSubjectOfImagesItHasNotSeen() {
        List<Features> images = new ArrayList<>();
        List<float[]> coverage = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Pixels mask = mask(4 * i, 8);
            images.add(features(mask, i));
            coverage.add(ForegroundClassifier.coverage(mask, PATCH));
        }

        ForegroundClassifier classifier = ForegroundClassifier.train(images, coverage, ForegroundClassifier.C);

        Pixels other = mask(12, 16);
        boolean[] found = classifier.foreground(features(other, 99), ForegroundClassifier.THRESHOLD);
        float[] truth = ForegroundClassifier.coverage(other, PATCH);
        int wrong = 0;
        for (int p = 0; p < found.length; p++) {
            wrong += found[p] != truth[p] > 0.5 ? 1 : 0;
        }
        assertThat(wrong).isLessThanOrEqualTo(6); // the median rounds the corners of the square
    }

    /** One feature, C = 1: minimised by hand (bisection of the gradient). */
    @Test
    void regressionIsTheMinimumOfPenaltyAndLoss() {
        List<float[]> samples = List.of(new float[] {-2}, new float[] {-1}, new float[] {1}, new float[] {2});
        boolean[] positive = {false, false, true, true};

        LogisticRegression regression = LogisticRegression.fit(samples, positive, 1);

        double low = 0;
        double high = 10;
        for (int i = 0; i < 200; i++) {
            double w = (low + high) / 2;
            double gradient = w - 2 * (1 / (1 + Math.exp(w)) + 2 / (1 + Math.exp(2 * w)));
            low = gradient < 0 ? w : low;
            high = gradient < 0 ? high : w;
        }
        assertThat(regression.probability(new float[] {1}, 0)).isCloseTo(1 / (1 + Math.exp(-low)), within(1e-5));
        assertThat(regression.probability(new float[] {0}, 0)).isCloseTo(0.5, within(1e-5));
    }

    @Test
    void asksForBothKindsOfPatches() {
        Pixels nothing = MASKS.apply(RgbImage.of(48, 48, new byte[3 * 48 * 48]));

        assertThatThrownBy(() -> ForegroundClassifier.train(
                        List.of(features(nothing, 1)), List.of(ForegroundClassifier.coverage(nothing, PATCH)), 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no whole patch of foreground");
    }
}
