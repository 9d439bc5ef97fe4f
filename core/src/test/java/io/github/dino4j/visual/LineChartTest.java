package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.RgbImage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineChartTest {
    private static LineChart.Series series(String name, double... values) {
        return new LineChart.Series(
                name,
                IntStream.range(0, values.length)
                        .mapToObj(i -> new LineChart.Point(i, values[i]))
                        .toList());
    }

    private static RgbImage draw(boolean logarithmic, LineChart.Series... all) {
        return new LineChart("", "", List.of(new LineChart.Panel("Loss", "updates", logarithmic, List.of(all))))
                .render();
    }

    /** Mean of the rows in which a colour stands at one column, NaN if it does not; lines have soft edges. */
    private static double height(RgbImage picture, int x, int series) {
        return IntStream.range(75, picture.height()) // below the legend
                .filter(y -> isNear(picture.pixel(x, y), BarChart.colour(series)))
                .average()
                .orElse(Double.NaN);
    }

    private static boolean isNear(int pixel, int colour) {
        return IntStream.of(16, 8, 0)
                .allMatch(shift -> Math.abs((pixel >> shift & 0xff) - (colour >> shift & 0xff)) < 40);
    }

    @Test
    void drawsLargerValuesHigher() {
        RgbImage drawn = draw(false, series("low", 1, 1, 1), series("high", 4, 4, 4));

        assertThat(height(drawn, 550, 1)).isLessThan(height(drawn, 550, 0) - 50);
    }

    @Test
    void drawsEqualRatiosAtEqualDistancesOnALogarithmicAxis() {
        RgbImage drawn = draw(true, series("1", 1, 1), series("10", 10, 10), series("100", 100, 100));

        double first = height(drawn, 550, 0) - height(drawn, 550, 1);
        double second = height(drawn, 550, 1) - height(drawn, 550, 2);
        assertThat(first).isPositive().isBetween(second - 1.5, second + 1.5);
    }

    @Test
    void leavesAGapWhereThereIsNoValue() {
        RgbImage drawn = draw(false, series("a", 1, 1, Double.NaN, 1, 1), series("b", 2, 2, 2, 2, 2));

        assertThat(height(drawn, 560, 0)).isNaN();
        assertThat(height(drawn, 560, 1)).isNotNaN();
    }

    @Test
    void drawsAPanelWithoutValues() {
        assertThat(draw(true, series("none", 0, Double.NaN)).height()).isPositive();
    }

    @Test
    void refusesAPanelWithoutCurves() {
        assertThatThrownBy(() -> new LineChart.Panel("Loss", "updates", false, List.of()))
                .hasMessageContaining("panel 'Loss' has no curve");
    }
}
