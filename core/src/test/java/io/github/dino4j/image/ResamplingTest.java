package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How far the fast resize is from the exact one, on photos: the samples, or those of {@code -Ddino4j.photos=FOLDER}. */
class ResamplingTest {
    private static final Path PHOTOS = Path.of(System.getProperty("dino4j.photos", "../samples"));

    /** A published transform, by how many levels a value may be off, and which share of them by 1 and by 2 or more. */
    record Case(String name, Transform transform, int levels, double share, double shareOfTwo) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("v1 and v2", Transform.dinoV2Eval(), 2, 0.01, 1e-5),
                new Case("v3", Transform.dinoV3(), 1, 0.2, 0),
                new Case("v3 evaluation", Transform.dinoV3Eval(), 14, 0.2, 5e-4));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void staysWithinLevelsOfTheExactOneOnPhotos(Case wanted) {
        assumeTrue(Files.isDirectory(PHOTOS), () -> "no photos in " + PHOTOS + ": pass -Ddino4j.photos=FOLDER");
        Transform exact = wanted.transform.withNormalisation(
                Normalisation.of(new float[3], new float[] {1 / 255f, 1 / 255f, 1 / 255f}));
        Transform fast = exact.withResampling(Resampling.FAST);

        long off = 0;
        long two = 0;
        long all = 0;
        double worst = 0;
        for (Path photo : ImageFolder.of(PHOTOS)) {
            RgbImage image = ImageDecoder.standard().read(photo);
            float[] e = exact.apply(image).values();
            float[] f = fast.apply(image).values();
            for (int i = 0; i < e.length; i++) {
                double difference = Math.abs(e[i] - f[i]);
                worst = Math.max(worst, difference);
                off += difference > 0.5 ? 1 : 0;
                two += difference > 1.5 ? 1 : 0;
            }
            all += e.length;
        }

        System.out.printf(
                Locale.ROOT,
                "%s: %.3f %% of values differ, %.3f %% by 2 or more, none by more than %.0f%n",
                wanted,
                100.0 * off / all,
                100.0 * two / all,
                worst);
        assertThat(worst).isLessThan(wanted.levels + 0.5);
        assertThat((double) off / all).isLessThan(wanted.share);
        assertThat((double) two / all).isLessThanOrEqualTo(wanted.shareOfTwo);
    }

    @ParameterizedTest
    @EnumSource(Interpolation.class)
    void keepsShapeAndColourOfFlatImages(Interpolation filter) {
        byte[] rgb = new byte[3 * 37 * 23];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (100 + 50 * (i % 3));
        }

        RgbImage resized = Resize.fast(RgbImage.of(37, 23, rgb), 50, 9, filter);

        assertThat(resized.height()).isEqualTo(50);
        assertThat(resized.width()).isEqualTo(9);
        for (int i = 0; i < resized.rgb().length; i++) {
            assertThat(resized.rgb()[i]).isEqualTo((byte) (100 + 50 * (i % 3)));
        }
    }

    @Test
    void isExactUnlessAskedFor() {
        Transform exact = Transform.dinoV3();
        Transform fast = exact.withResampling(Resampling.FAST).withSize(64, 32);

        assertThat(exact.resampling()).isEqualTo(Resampling.EXACT);
        assertThat(exact.describe()).doesNotContain("fast");
        assertThat(fast.resampling()).isEqualTo(Resampling.FAST);
        assertThat(fast.describe()).contains("bilinear, uint8 tensor approximated fast");
    }

    @Test
    void nearestAndLanczosStayExact() {
        RgbImage source = NoiseLike.image(40, 30);
        for (Interpolation filter : List.of(Interpolation.NEAREST, Interpolation.LANCZOS)) {
            assertThat(Resize.fast(source, 20, 50, filter).rgb())
                    .isEqualTo(Resize.pillow(source, 20, 50, filter).rgb());
        }
        Transform nearest =
                Transform.dinoV3().withInterpolation(Interpolation.NEAREST).withResampling(Resampling.FAST);
        assertThat(nearest.describe()).doesNotContain("fast");
    }

    /** A picture without an order. */
    private static final class NoiseLike {
        static RgbImage image(int width, int height) {
            byte[] rgb = new byte[3 * width * height];
            new java.util.Random(1).nextBytes(rgb);
            return RgbImage.of(width, height, rgb);
        }
    }
}
