package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResizeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nearest_down",
                "nearest_up",
                "bilinear_down",
                "bilinear_wide",
                "bicubic_mixed",
                "bicubic_1x1",
                "lanczos_down",
                "lanczos_up"
            })
    void pillowPathEqualsPillow(String name) throws IOException {
        RgbImage wanted = Fixtures.expected("resize_" + name + ".png");
        Interpolation filter =
                Interpolation.valueOf(name.substring(0, name.indexOf('_')).toUpperCase(Locale.ROOT));
        RgbImage source = Fixtures.ppm(Fixtures.folder().resolve("source.ppm"));

        RgbImage got = Resize.pillow(source, wanted.height(), wanted.width(), filter);

        assertThat(Fixtures.difference(got, wanted)).isEqualTo("equal");
    }

    @ParameterizedTest
    @EnumSource(Interpolation.class)
    void keepsAFlatImageFlat(Interpolation filter) {
        byte[] grey = new byte[3 * 37 * 23];
        Arrays.fill(grey, (byte) 201);
        RgbImage source = RgbImage.of(37, 23, grey);

        assertThat(Resize.pillow(source, 50, 9, filter).rgb()).containsOnly((byte) 201);
        if (filter != Interpolation.LANCZOS) {
            assertThat(Resize.tensorUint8(source, 50, 9, filter).rgb()).containsOnly((byte) 201);
            for (float v : Resize.tensorFloat(source, 50, 9, filter)) {
                assertThat(v).isCloseTo(201 / 255f, org.assertj.core.api.Assertions.within(1e-6f));
            }
        }
    }

    @Test
    void sameSizeIsTheSameImage() {
        RgbImage source = RgbImage.of(2, 1, new byte[] {1, 2, 3, 4, 5, 6});

        assertThat(Resize.pillow(source, 1, 2, Interpolation.BICUBIC)).isSameAs(source);
        assertThat(Resize.tensorFloat(source, 1, 2, Interpolation.BICUBIC))
                .containsExactly(1 / 255f, 4 / 255f, 2 / 255f, 5 / 255f, 3 / 255f, 6 / 255f);
    }

    @Test
    void tensorsHaveNoLanczos() {
        RgbImage source = RgbImage.of(1, 1, new byte[3]);

        assertThatThrownBy(() -> Resize.tensorUint8(source, 2, 2, Interpolation.LANCZOS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use the Pillow path, or bicubic");
        assertThatThrownBy(() -> Resize.pillow(source, 0, 2, Interpolation.LANCZOS))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
