package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.RgbImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarChartTest {
    private static final BarChart CHART = new BarChart(
            "Two contenders",
            "made up",
            List.of("first", "second"),
            List.of(
                    new BarChart.Panel(
                            "Size",
                            "",
                            List.of(BarChart.Bar.of("all", 0, 10, "10 MB"), BarChart.Bar.of("all", 1, 5, "5 MB"))),
                    new BarChart.Panel(
                            "Time",
                            "",
                            List.of(
                                    BarChart.Bar.of("all", 0, 1, "1 s").withMark(2),
                                    BarChart.Bar.missing("all", 1, "not measured")))));

    /** Pixels of exactly one colour in each row of a part of the picture. */
    private static int longest(RgbImage picture, int from, int to, int colour) {
        int longest = 0;
        for (int y = 80; y < picture.height(); y++) { // below the legend
            int count = 0;
            for (int x = from; x < to; x++) {
                count += picture.pixel(x, y) == colour ? 1 : 0;
            }
            longest = Math.max(longest, count);
        }
        return longest;
    }

    @Test
    void drawsBarsInTheRatioOfTheirValues() {
        RgbImage drawn = CHART.render();

        int first = longest(drawn, 0, 550, BarChart.colour(0));
        int second = longest(drawn, 0, 550, BarChart.colour(1));
        assertThat(first).isGreaterThan(300);
        assertThat((double) second / first).isCloseTo(0.5, within(0.01));
    }

    @Test
    void givesEachPanelAScaleThatHoldsItsMarks() {
        RgbImage drawn = CHART.render();

        int left = longest(drawn, 0, 550, BarChart.colour(0));
        int right = longest(drawn, 550, 1100, BarChart.colour(0));
        assertThat(right).isBetween(100, left / 2 + 10);
    }

    @Test
    void drawsNoBarWhereAValueIsMissing() {
        assertThat(longest(CHART.render(), 550, 1100, BarChart.colour(1))).isZero();
    }

    @Test
    void namesTheSeriesInALegend() {
        RgbImage drawn = CHART.render();
        int squares = 0;
        for (int x = 0; x < drawn.width(); x++) {
            squares += drawn.pixel(x, 28 + 32 + 22 + 7) == BarChart.colour(1) ? 1 : 0;
        }

        assertThat(squares).isBetween(13, 15);
    }

    @Test
    void refusesALengthThatCannotBeDrawn() {
        assertThatThrownBy(() -> BarChart.Bar.of("all", 0, Double.NaN, ""))
                .hasMessageContaining("0 or more and finite, found NaN")
                .hasMessageContaining("Bar.missing");
    }

    @Test
    void refusesABarOfNoSeries() {
        List<BarChart.Panel> panels =
                List.of(new BarChart.Panel("Size", "", List.of(BarChart.Bar.of("all", 2, 1, "1"))));

        assertThatThrownBy(() -> new BarChart("", "", List.of("a", "b"), panels))
                .hasMessageContaining("panel 'Size' has a bar of series 2; there are 2, counted from 0");
    }
}
