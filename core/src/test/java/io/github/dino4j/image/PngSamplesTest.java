package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngSamplesTest {

    @ParameterizedTest
    @CsvSource({
        "bilevel.png, 1, 1, false",
        "grey4.png, 1, 4, false",
        "grey16.png, 1, 16, false",
        "palette2.png, 1, 2, true",
        "interlaced_palette.png, 1, 4, true",
        "greyalpha.png, 2, 8, false",
        "rgb16.png, 3, 16, false",
        "rgba.png, 4, 8, false"
    })
    void saysHowTheNumbersAreStored(String name, int channels, int bits, boolean indexed) {
        PngSamples png = PngSamples.read(Fixtures.folder().resolve(name));

        assertThat(png.channels()).isEqualTo(channels);
        assertThat(png.bits()).isEqualTo(bits);
        assertThat(png.indexed()).isEqualTo(indexed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "interlaced_rgb.png"})
    void hasTheSamplesThatAPictureShows(String name) {
        PngSamples png = PngSamples.read(Fixtures.folder().resolve(name));
        RgbImage picture = ImageDecoder.standard().read(Fixtures.folder().resolve(name));

        byte[] samples = new byte[3 * png.width() * png.height()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) png.at(i / 3 % png.width(), i / 3 / png.width(), i % 3);
        }

        assertThat(samples).isEqualTo(picture.rgb());
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey2.png", "grey4.png", "interlaced_bilevel.png", "interlaced_grey.png"})
    void hasSmallGreysAsNumbers(String name) {
        PngSamples png = PngSamples.read(Fixtures.folder().resolve(name));
        RgbImage picture = ImageDecoder.standard().read(Fixtures.folder().resolve(name));
        int white = (1 << png.bits()) - 1;

        for (int y = 0; y < png.height(); y++) {
            for (int x = 0; x < png.width(); x++) {
                assertThat(png.at(x, y, 0) * 255 / white).isEqualTo(picture.pixel(x, y) & 0xff);
            }
        }
    }

    @Test
    void keepsAll16Bits() {
        PngSamples png = PngSamples.read(Fixtures.folder().resolve("grey16.png"));
        RgbImage picture = ImageDecoder.standard().read(Fixtures.folder().resolve("grey16.png"));

        boolean lowBits = false;
        for (int y = 0; y < png.height(); y++) {
            for (int x = 0; x < png.width(); x++) {
                assertThat(png.at(x, y, 0) >> 8).isEqualTo(picture.pixel(x, y) & 0xff);
                lowBits |= png.at(x, y, 0) % 257 != 0;
            }
        }
        assertThat(lowBits).isTrue();
    }

    @Test
    void doesNotTurnThePicture() {
        RgbImage stored = ImageDecoder.with(ImageDecoder.Options.standard().withOrientation(Orientation.IGNORE))
                .read(Fixtures.folder().resolve("exif6.png"));

        PngSamples png = PngSamples.read(Fixtures.folder().resolve("exif6.png"));

        assertThat(png.width()).isEqualTo(stored.width());
        assertThat(png.height()).isEqualTo(stored.height());
    }

    @Test
    void refusesWhatIsNoPng() {
        assertThatThrownBy(() -> PngSamples.read(Fixtures.folder().resolve("expected/rgb_png.ppm")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("a PNG was wanted");
    }
}
