package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.AttentionMap;
import org.junit.jupiter.api.Test;

class AttentionPicturesTest {
    private static final float[] WEIGHTS = {
        0, 0, 0.1f, 0, 0, 0, 0.6f, 0, 0, 0, 0, 0, 0.05f, 0, 0, 0, // head 0 looks at row 1, column 2
        0.02f, 0, 0, 0, 0, 0, 0, 0, 0, 0.01f, 0, 0, 0, 0, 0, 0
    };

    @Test
    void scalesEachHeadToItsOwnMaximum() {
        AttentionPictures pictures = pictures();

        assertThat(pictures.head(0).high()).isEqualTo(0.6f);
        assertThat(pictures.head(1).high()).isEqualTo(0.02f);
        assertThat(pictures.head(1).low()).isZero();
        assertThat(pictures.mean().high()).isEqualTo(0.3f);
    }

    /** 200 x 100 photo, seen from column 50 to 150: patch (1, 2) covers columns 100 to 125, rows 25 to 50. */
    @Test
    void laysTheMaskOverItsPartOfThePhoto() {
        RgbImage photo = Made.plain(200, 100, 0);

        RgbImage masked = pictures().mask(photo, 0, AttentionPictures.MASS);

        int contour = masked.pixel(100, 25);
        assertThat(contour).isNotZero();
        assertThat(masked.pixel(112, 37)).isEqualTo(Canvas.mix(0, contour, 0.5));
        assertThat(masked.pixel(124, 49)).isEqualTo(contour);
        assertThat(masked.pixel(99, 25)).isZero();
        assertThat(masked.pixel(100, 24)).isZero();
        assertThat(masked.pixel(125, 49)).isZero();
        assertThat(masked.pixel(124, 50)).isZero();
    }

    @Test
    void drawsAllHeadsAndTheirMeanOnOneSheet() {
        RgbImage sheet = pictures().sheet(Made.photo(200, 100));

        assertThat(sheet.width()).isEqualTo(20 + 3 * 240 + 2 * 14 + 20);
        assertThat(sheet.height()).isEqualTo(20 + 120 + 24 + 20);
    }

    @Test
    void namesTheHeadsThereAre() {
        assertThatThrownBy(() -> pictures().head(2)).hasMessage("there is no head 2; heads go from 0 to 1");
    }

    private static AttentionPictures pictures() {
        Sizing crop = new Sizing.ShorterSideThenCrop(64, 64, CropRounding.HALF_EVEN);
        return new AttentionPictures(new AttentionMap(2, 4, 4, WEIGHTS), Made.geometry(200, 100, crop));
    }
}
