package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.Features;
import io.github.dino4j.visual.PcaOptions.Side;
import io.github.dino4j.visual.PcaOptions.Threshold;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PcaPainterTest {

    /** The sign of the first component follows the features; the corners must not. */
    @ParameterizedTest
    @ValueSource(doubles = {1, -1})
    void takesTheMiddleForForegroundWhicheverWayTheComponentPoints(double sign) {
        Features image = Made.subject(8, 6, sign, 1);

        PcaPainter painter = PcaPainter.fit(List.of(image), PcaOptions.DEFAULT.withMedian(false));

        assertThat(painter.separatesForeground()).isTrue();
        boolean[] foreground = painter.paint(image).foreground();
        for (int p = 0; p < 64; p++) {
            assertThat(foreground[p]).isEqualTo(Made.isInside(p, 8));
        }
    }

    @Test
    void letsTheUserChooseSideAndThreshold() {
        Features image = Made.subject(8, 6, 1, 1);
        PcaOptions above = PcaOptions.DEFAULT.withSide(Side.ABOVE).withThreshold(new Threshold.At(0));

        boolean[] bright = paint(image, above).foreground();
        boolean[] dark = paint(image, above.withSide(Side.BELOW)).foreground();

        for (int p = 0; p < 64; p++) {
            assertThat(dark[p]).isNotEqualTo(bright[p]);
        }
    }

    @Test
    void paintsTheSigmoidOfTwiceTheWhitenedProjection() {
        Features image = Made.random(5, 5, 6, 3);

        PcaPainter painter = PcaPainter.fit(List.of(image), PcaOptions.WHOLE);

        float[] white = painter.pca().projectWhitened(image);
        float[] rgb = painter.paint(image).rgb();
        for (int i = 0; i < rgb.length; i++) {
            assertThat(rgb[i]).isCloseTo((float) (1 / (1 + Math.exp(-2 * white[i]))), within(1e-6f));
        }
    }

    @Test
    void sharesColoursBetweenImages() {
        Features a = Made.subject(8, 6, 1, 1);
        Features b = Made.subject(8, 6, 1, 1);

        List<PcaPicture> pictures = PcaPainter.paintAll(List.of(a, Made.subject(8, 6, 1, 2), b), PcaOptions.DEFAULT);

        assertThat(pictures.get(2).rgb()).isEqualTo(pictures.get(0).rgb());
    }

    @Test
    void fallsBackToAllPatchesWhereThereIsNoForeground() {
        Features image = Made.random(4, 4, 6, 3);
        PcaOptions nothing = PcaOptions.DEFAULT.withSide(Side.ABOVE).withThreshold(new Threshold.At(100));

        PcaPainter painter = PcaPainter.fit(List.of(image), nothing);

        assertThat(painter.separatesForeground()).isFalse();
        assertThat(painter.paint(image).foreground()).doesNotContain(false);
    }

    @Test
    void blackensTheBackgroundAndDimsThePhotoThere() {
        Features image = Made.subject(8, 6, 1, 1);
        PcaPicture picture = paint(image, PcaOptions.DEFAULT.withEnlargement(Enlargement.NEAREST));

        RgbImage overlay = picture.overlay(Made.plain(80, 80, 0xc8c8c8), 1);

        assertThat(picture.picture().pixel(0, 0)).isZero();
        assertThat(overlay.pixel(0, 0)).isEqualTo(0x464646);
        assertThat(overlay.pixel(45, 45)).isEqualTo(picture.picture().pixel(4, 4));
    }

    @Test
    void givesEqualBytesEveryTime() {
        List<Features> images = List.of(Made.random(6, 6, 8, 1), Made.random(6, 6, 8, 2));

        RgbImage first = PcaPainter.paintAll(images, PcaOptions.DEFAULT).get(1).overlay(Made.photo(60, 60), 0.7);
        RgbImage second = PcaPainter.paintAll(images, PcaOptions.DEFAULT).get(1).overlay(Made.photo(60, 60), 0.7);

        assertThat(second.rgb()).isEqualTo(first.rgb());
    }

    @Test
    void keepsPaddingOutOfForegroundAndBasis() {
        Features padded = Made.random(4, 4, 6, 3, Made.geometry(64, 32, new Sizing.PadToMultiple(64)));

        PcaPicture picture = paint(padded, PcaOptions.WHOLE);

        boolean[] foreground = picture.foreground();
        for (int p = 0; p < 16; p++) {
            assertThat(foreground[p]).isEqualTo(p >= 4 && p < 12);
        }
    }

    private static PcaPicture paint(Features image, PcaOptions options) {
        return PcaPainter.fit(List.of(image), options).paint(image);
    }
}
