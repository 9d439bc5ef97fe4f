package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.RgbImage;
import org.junit.jupiter.api.Test;

class MontageTest {

    @Test
    void standsPicturesInColumns() {
        RgbImage sheet = Montage.ofColumns(2)
                .cellWidth(100)
                .add(Made.plain(100, 50, 0xff0000), "")
                .add(Made.plain(200, 100, 0x00ff00), "")
                .add(Made.plain(10, 5, 0x0000ff), "")
                .render();

        assertThat(sheet.width()).isEqualTo(20 + 100 + 14 + 100 + 20);
        assertThat(sheet.height()).isEqualTo(20 + 50 + 14 + 50 + 20);
        assertThat(sheet.pixel(70, 45)).isEqualTo(0xff0000);
        assertThat(sheet.pixel(184, 45)).isEqualTo(0x00ff00);
        assertThat(sheet.pixel(70, 109)).isEqualTo(0x0000ff);
    }

    @Test
    void writesCaptionsUnderPicturesAndShortensLongOnes() {
        RgbImage plain = captioned("");
        RgbImage captioned = captioned("a caption that is much longer than the picture is wide");

        assertThat(captioned.height()).isEqualTo(plain.height() + 24);
        assertThat(captioned.width()).isEqualTo(plain.width());
        int inked = 0;
        for (int x = 0; x < captioned.width(); x++) {
            for (int y = 71; y < captioned.height(); y++) {
                boolean ink = captioned.pixel(x, y) != captioned.pixel(0, 0);
                inked += ink ? 1 : 0;
                assertThat(ink && (x < 18 || x > 122)).isFalse();
            }
        }
        assertThat(inked).isGreaterThan(50);
    }

    @Test
    void givesEqualBytesEveryTime() {
        assertThat(captioned("head 0").rgb()).isEqualTo(captioned("head 0").rgb());
    }

    @Test
    void refusesToRenderNothing() {
        assertThatThrownBy(() -> Montage.ofColumns(2).render()).hasMessageContaining("the montage is empty");
    }

    private static RgbImage captioned(String caption) {
        return Montage.ofColumns(1)
                .cellWidth(100)
                .add(Made.plain(100, 50, 0xff0000), caption)
                .render();
    }
}
