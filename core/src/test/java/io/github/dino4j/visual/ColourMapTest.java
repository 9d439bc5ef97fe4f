package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColourMapTest {

    /** Colours of matplotlib 3.x (viridis, inferno) and of d3 (turbo, the same polynomial); the fits stray a few levels. */
    @ParameterizedTest
    @CsvSource({
        "viridis,0,0x440154", "viridis,0.5,0x21918c", "viridis,1,0xfde725",
        "inferno,0,0x000004", "inferno,0.5,0xbc3754", "inferno,1,0xfcffa4",
        "turbo,0,0x23171b", "turbo,0.5,0x95fb51", "turbo,1,0x900c00",
        "diverging,0,0x3b4cc0", "diverging,0.5,0xdddddd", "diverging,1,0xb40426"
    })
    void agreesWithThePublishedColours(String name, double value, String colour) {
        int got = ColourMap.named(name).rgb(value);
        int wanted = Integer.decode(colour);

        for (int shift = 0; shift <= 16; shift += 8) {
            assertThat(Math.abs((got >> shift & 0xff) - (wanted >> shift & 0xff)))
                    .as("%06x for %s", got, colour)
                    .isLessThanOrEqualTo(13);
        }
    }

    @ParameterizedTest
    @CsvSource({"viridis", "inferno"})
    void growsLighterAllTheWay(String name) {
        double before = -1;
        for (int i = 0; i <= 32; i++) {
            int c = ColourMap.named(name).rgb(i / 32.0);
            double luma = 0.2126 * (c >> 16) + 0.7152 * (c >> 8 & 0xff) + 0.0722 * (c & 0xff);
            assertThat(luma).isGreaterThan(before);
            before = luma;
        }
    }

    @Test
    void clampsAndGreysOut() {
        assertThat(ColourMap.VIRIDIS.rgb(-3)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
        assertThat(ColourMap.VIRIDIS.rgb(7)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
        assertThat(ColourMap.VIRIDIS.rgb(Double.NaN)).isEqualTo(0x808080);
    }

    @Test
    void listsTheNamesForAnUnknownOne() {
        assertThatThrownBy(() -> ColourMap.named("jet"))
                .hasMessage("no colour map is called 'jet'; take one of viridis, inferno, turbo, diverging");
    }
}
