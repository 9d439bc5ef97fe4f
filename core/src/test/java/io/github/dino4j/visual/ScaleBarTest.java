package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.RgbImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleBarTest {
    private static final int PAPER = 0xfbfaf8;
    private static final RgbImage PICTURE = Made.plain(100, 200, 0xff0000);

    @Test
    void runsFromTheFirstColourAtTheFootToTheLastAtTheTop() {
        RgbImage drawn = ScaleBar.beside(new ScaleBar(ColourMap.VIRIDIS, List.of()), PICTURE);

        int inBar = 9 + 100 + 9 + 5; // gap, picture, gap
        assertThat(drawn.pixel(inBar, 7)).isEqualTo(ColourMap.VIRIDIS.rgb(1 - 0.5 / 200));
        assertThat(drawn.pixel(inBar, 7 + 199)).isEqualTo(ColourMap.VIRIDIS.rgb(0.5 / 200));
    }

    @Test
    void writesATickAtItsPlace() {
        RgbImage drawn =
                ScaleBar.beside(new ScaleBar(ColourMap.VIRIDIS, List.of(new ScaleBar.Tick(0.75, "3 m"))), PICTURE);

        assertThat(inked(drawn, 7 + 50 - 6, 7 + 50 + 6)).isPositive();
        assertThat(inked(drawn, 7 + 100, 7 + 200)).isZero();
    }

    @Test
    void leavesOutATickThatWouldCoverAMoreImportantOne() {
        ScaleBar.Tick half = new ScaleBar.Tick(0.5, "1 m");
        ScaleBar alone = new ScaleBar(ColourMap.VIRIDIS, List.of(half));
        ScaleBar crowded = new ScaleBar(ColourMap.VIRIDIS, List.of(half, new ScaleBar.Tick(0.51, "2 m")));

        assertThat(ScaleBar.beside(crowded, PICTURE).rgb())
                .isEqualTo(ScaleBar.beside(alone, PICTURE).rgb());
    }

    @Test
    void standsPicturesInARow() {
        RgbImage drawn =
                ScaleBar.beside(new ScaleBar(ColourMap.VIRIDIS, List.of()), PICTURE, Made.plain(50, 200, 0x0000ff));

        assertThat(drawn.pixel(9, 7)).isEqualTo(0xff0000);
        assertThat(drawn.pixel(9 + 100 + 4, 7)).isEqualTo(PAPER);
        assertThat(drawn.pixel(9 + 100 + 9, 7)).isEqualTo(0x0000ff);
    }

    @Test
    void refusesPicturesOfTwoHeights() {
        ScaleBar bar = new ScaleBar(ColourMap.VIRIDIS, List.of());

        assertThatThrownBy(() -> ScaleBar.beside(bar, PICTURE, Made.plain(100, 50, 0)))
                .hasMessageContaining("have one height, found 200 and 50 pixels");
    }

    /** Dark pixels right of the bar in some rows. */
    private static int inked(RgbImage drawn, int from, int to) {
        int count = 0;
        for (int y = from; y < to; y++) {
            for (int x = 9 + 100 + 9 + 14 + 1; x < drawn.width(); x++) {
                count += (drawn.pixel(x, y) & 0xff) < 0x80 ? 1 : 0;
            }
        }
        return count;
    }
}
