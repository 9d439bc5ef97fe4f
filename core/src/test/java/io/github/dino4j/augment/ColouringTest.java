package io.github.dino4j.augment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.RgbImage;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Values worked out by hand from the definitions. */
class ColouringTest {
    private static RgbImage one(int red, int green, int blue) {
        return RgbImage.of(1, 1, new byte[] {(byte) red, (byte) green, (byte) blue});
    }

    private static int colour(RgbImage photo) {
        return photo.pixel(0, 0);
    }

    @Test
    void greyIsPillowsFixedPointSum() {
        // (19595 * 200 + 38470 * 100 + 7471 * 50 + 32768) >> 16 = 124
        assertThat(colour(Levels.grey(one(200, 100, 50)))).isEqualTo(0x7c7c7c);
    }

    @Test
    void brightnessTruncatesAndClamps() {
        assertThat(colour(Levels.brightness(one(101, 3, 250), 1.25))).isEqualTo(126 << 16 | 3 << 8 | 255);
    }

    @Test
    void contrastGoesAboutTheRoundedMeanGrey() {
        // mean 124: 124 + 0.5 * (p - 124)
        assertThat(colour(Levels.contrast(one(200, 100, 50), 0.5))).isEqualTo(162 << 16 | 112 << 8 | 87);
    }

    @Test
    void saturationGoesAboutTheGreyOfThePixel() {
        assertThat(colour(Levels.saturation(one(200, 100, 50), 1.5))).isEqualTo(238 << 16 | 88 << 8 | 13);
    }

    @Test
    void aThirdOfATurnMakesGreenOfRed() {
        assertThat(colour(Levels.hue(one(255, 0, 0), 1 / 3.0 + 1e-9))).isEqualTo(0x00ff00);
        assertThat(colour(Levels.tensorHue(one(255, 0, 0), 1 / 3.0))).isEqualTo(0x00ff00);
    }

    @Test
    void anUnmovedHueOnTensorsKeepsColoursWithinALevel() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            RgbImage photo = one(random.nextInt(256), random.nextInt(256), random.nextInt(256));
            RgbImage back = Levels.tensorHue(photo, 0);
            for (int c = 0; c < 3; c++) {
                assertThat(back.rgb()[c] & 0xff).isBetween((photo.rgb()[c] & 0xff) - 1, (photo.rgb()[c] & 0xff) + 1);
            }
        }
    }

    @Test
    void greysHaveNoHueToMove() {
        assertThat(colour(Levels.hue(one(77, 77, 77), 0.3))).isEqualTo(0x4d4d4d);
        assertThat(colour(Levels.tensorHue(one(77, 77, 77), 0.3))).isEqualTo(0x4d4d4d);
    }

    @Test
    void solariseTurnsValuesRoundFromTheThreshold() {
        assertThat(colour(Levels.solarised(one(127, 128, 255), 128))).isEqualTo(127 << 16 | 127 << 8);
    }

    @Test
    void blurKeepsAnEvenPhotoAndSpreadsAPoint() {
        byte[] rgb = new byte[3 * 11 * 11];
        rgb[3 * 60] = (byte) 255; // red, in the middle

        RgbImage blurred = GaussianBlur.of(RgbImage.of(11, 11, rgb), 1);

        // taps of sigma 1 over -4..4: 0.39894, 0.24197, ...
        assertThat(blurred.pixel(5, 5)).isEqualTo((int) Math.rint(255 * 0.398942 * 0.398942) << 16);
        assertThat(blurred.pixel(6, 5)).isEqualTo((int) Math.rint(255 * 0.398942 * 0.241971) << 16);
        assertThat(colour(GaussianBlur.of(one(9, 8, 7), 2))).isEqualTo(9 << 16 | 8 << 8 | 7);
    }

    @Test
    void depthColoursWorkOnValuesUpTo255() {
        Range same = new Range(1, 1);
        Colouring gamma = new Colouring.GammaBrightnessChannels(new Range(1.1, 1.1), same, same);

        // 100^1.1 = 158.49, 250^1.1 = 434
        assertThat(colour(gamma.colour(one(100, 250, 0), new SplittableRandom(1))))
                .isEqualTo(158 << 16 | 255 << 8);
    }

    @Test
    void photometricDistortionLeavesOneInSixteenPhotosAlone() {
        SplittableRandom random = new SplittableRandom(1);
        RgbImage photo = one(200, 100, 50);
        int same = 0;
        for (int i = 0; i < 1600; i++) {
            same += Colouring.Photometric.STANDARD.colour(photo, random) == photo ? 1 : 0;
        }

        assertThat(same).isBetween(60, 140); // four coins: 100
    }

    @Test
    void pillowsBlurHasTheVarianceOfItsRadius() {
        // Three boxes of half width 1 have the variance 3 * (3^2 - 1) / 12 = 2, that is radius sqrt(2): no share of a
        // further pixel.
        assertThat(BoxesBlur.box(Math.sqrt(2))).isEqualTo(1, org.assertj.core.api.Assertions.within(1e-12));
        assertThat(BoxesBlur.box(1e-9)).isEqualTo(0, org.assertj.core.api.Assertions.within(1e-9));
        for (double radius : new double[] {0.3, 0.9, 1.4, 2}) {
            byte[] rgb = new byte[3 * 41];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) (i / 3 == 20 ? 255 : 0);
            }
            RgbImage blurred = BoxesBlur.of(RgbImage.of(41, 1, rgb), radius);
            double sum = 0;
            double moment = 0;
            for (int x = 0; x < 41; x++) {
                int value = blurred.pixel(x, 0) & 0xff;
                sum += value;
                moment += value * (x - 20.0) * (x - 20.0);
            }
            assertThat(sum).isBetween(245.0, 265.0); // each of 3 passes rounds
            assertThat(moment / sum).isEqualTo(radius * radius, org.assertj.core.api.Assertions.within(0.15));
        }
    }

    @Test
    void pillowsBlurOfOneBoxIsAMeanOfThreeThreeTimes() {
        // radius sqrt(2): [0 0 0 0 0 243 0 ...] -> 81 81 81 -> 27 54 81 54 27 -> 9 27 54 63 54 27 9
        byte[] rgb = new byte[3 * 11];
        java.util.Arrays.fill(rgb, 15, 18, (byte) 243);

        RgbImage blurred = BoxesBlur.of(RgbImage.of(11, 1, rgb), Math.sqrt(2));

        assertThat(java.util.stream.IntStream.range(0, 11).map(x -> blurred.pixel(x, 0) & 0xff))
                .containsExactly(0, 0, 9, 27, 54, 63, 54, 27, 9, 0, 0);
    }
}
