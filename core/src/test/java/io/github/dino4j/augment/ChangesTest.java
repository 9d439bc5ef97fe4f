package io.github.dino4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.RgbImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChangesTest {
    static Stream<Change> recipes() {
        return Stream.of(
                Augmentations.none(64),
                Augmentations.classification(64),
                Augmentations.segmentationAde20k(64),
                Augmentations.depth(64, 64),
                Augmentations.detection(64),
                Augmentations.fineTune(64),
                Augmentations.view(64, new Range(0.05, 0.32), 0.5, 0.5, 0.2));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void oneSeedGivesOneScene(Change recipe) {
        Scene scene = SceneTest.placed();

        assertThat(recipe.apply(scene, new SplittableRandom(5)))
                .isEqualTo(recipe.apply(scene, new SplittableRandom(5)));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyRecipeGivesTheSizeAskedFor(Change recipe) {
        for (int seed = 0; seed < 20; seed++) {
            Scene changed = recipe.apply(SceneTest.placed(), new SplittableRandom(seed));

            assertThat(changed.width()).isEqualTo(64);
            assertThat(changed.height()).isEqualTo(64);
        }
    }

    @Test
    void shorterSidesReachBothEndsOfTheirRange() {
        Resizing resizing = new Resizing.ShorterSide(100, new Range(0.5, 2), 10_000, Interpolation.BILINEAR);
        SplittableRandom random = new SplittableRandom(1);
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int i = 0; i < 300; i++) {
            Scene changed = resizing.apply(Scene.of(RgbImage.of(4, 3, new byte[36])), random);
            least = Math.min(least, changed.height());
            most = Math.max(most, changed.height());
            assertThat(changed.width()).isEqualTo((int) (changed.height() / 3.0 * 4 + 0.5));
        }

        assertThat(least).isBetween(50, 52);
        assertThat(most).isBetween(197, 199);
    }

    @Test
    void theLongerSideKeepsItsBound() {
        Scene changed = new Resizing.ShorterSide(90, new Range(1, 1), 100, Interpolation.BILINEAR)
                .apply(SceneTest.placed(), new SplittableRandom(1));

        assertThat(changed.width()).isEqualTo(100);
        assertThat(changed.height()).isEqualTo(75);
    }

    @Test
    void aCropInWhichOneClassTakesTooMuchIsDrawnAnew() {
        int[] labels = new int[100 * 100];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 100 < 80 ? 0 : 1; // most windows of 30 columns show class 0 alone
        }
        Scene scene = Scene.of(RgbImage.of(100, 100, new byte[30_000])).withLabels(labels, 255);

        assertThat(shareOfMixedCrops(scene, 0.75)).isGreaterThan(2.5 * shareOfMixedCrops(scene, 1));
    }

    private static double shareOfMixedCrops(Scene scene, double largestShare) {
        Change crop = new Cropping.Random(30, 30, largestShare);
        SplittableRandom random = new SplittableRandom(3);
        int mixed = 0;
        for (int i = 0; i < 400; i++) {
            int[] labels = crop.apply(scene, random).labels().orElseThrow();
            long ones = Arrays.stream(labels).filter(label -> label == 1).count();
            mixed += ones >= 0.25 * labels.length && ones <= 0.75 * labels.length ? 1 : 0;
        }
        return mixed / 400.0;
    }

    @Test
    void aVeryWidePhotoGivesACentreOfTheWidestRatio() {
        Scene wide = Scene.of(RgbImage.of(300, 3, new byte[2700]));
        Change crop = new Cropping.RandomResized(
                8, 8, new Range(0.9, 1), Cropping.RandomResized.RATIO, Interpolation.BICUBIC);

        assertThat(crop.apply(wide, new SplittableRandom(1)).width()).isEqualTo(8);
    }

    @Test
    void everySecondPhotoIsMirrored() {
        Scene scene = SceneTest.placed();
        SplittableRandom random = new SplittableRandom(1);
        int mirrored = 0;
        for (int i = 0; i < 1000; i++) {
            mirrored += Mirror.HALF.apply(scene, random).equals(scene) ? 0 : 1;
        }

        assertThat(mirrored / 1000.0).isCloseTo(0.5, within(0.05));
    }

    @Test
    void saysWhichPhotosTheWindowOfNyuIsFor() {
        assertThatThrownBy(() -> Augmentations.depthNyu().apply(SceneTest.placed(), new SplittableRandom(1)))
                .hasMessageContaining("leaves a photo of 120 x 90");
    }

    @Test
    void describesItselfWithAllNumbers() {
        assertThat(Augmentations.classification(224).describe())
                .isEqualTo("random crop of area 0.08..1.0 and ratio 0.75..1.3333333333333333, resized to 224 x 224"
                        + " (bicubic); mirror with probability 0.5");
    }
}
