package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DepthMetricsTest {
    /** Worked by hand for g = 2, 4 and p = 1, 4: ratios 2 and 1, errors 1 and 0, d = ln 2 and 0. */
    private static final DepthMetrics HALF_RIGHT = metrics(new float[] {1, 4}, 2, 4);

    @Test
    void countsRatiosBelowPowersOfAQuarterMore() {
        // Ratios 1.2, 1.25, 1.5, 1.9, 2: the limits are 1.25, 1.5625, 1.953, and a ratio on a limit does not count.
        DepthMetrics metrics = metrics(new float[] {1.2f, 1.25f, 1, 1.9f, 1}, 1, 1, 1.5f, 1, 2);

        assertThat(metrics.a1()).isEqualTo(1 / 5.0);
        assertThat(metrics.a2()).isEqualTo(3 / 5.0);
        assertThat(metrics.a3()).isEqualTo(4 / 5.0);
    }

    @Test
    void takesErrorsRelativeToTheTruth() {
        assertThat(HALF_RIGHT.absRel()).isEqualTo(0.25); // (1/2 + 0) / 2
        assertThat(HALF_RIGHT.sqRel()).isEqualTo(0.25); // (1^2/2 + 0) / 2
    }

    @Test
    void takesErrorsInMetres() {
        assertThat(HALF_RIGHT.mae()).isEqualTo(0.5);
        assertThat(HALF_RIGHT.rmse()).isCloseTo(Math.sqrt(0.5), within(1e-12));
    }

    @Test
    void takesErrorsInLogarithms() {
        assertThat(HALF_RIGHT.rmseLog()).isCloseTo(Math.log(2) * Math.sqrt(0.5), within(1e-12));
        assertThat(HALF_RIGHT.log10()).isCloseTo(0.1505149978, within(1e-9)); // log10(2) / 2
        assertThat(HALF_RIGHT.silog()).isCloseTo(34.6573590280, within(1e-9)); // 100 sqrt(ln^2 2 / 2 - ln^2 2 / 4)
    }

    @Test
    void forgivesAWrongScaleInSilogAlone() {
        DepthMetrics metrics = metrics(new float[] {2, 3.4f, 9.98f}, 1, 1.7f, 4.99f);

        assertThat(metrics.silog()).isCloseTo(0, within(1e-4));
        assertThat(metrics.absRel()).isCloseTo(1, within(1e-6));
    }

    @Test
    void leavesOutWhatIsMaskedOrNotMeasured() {
        DepthMetrics metrics = DepthMetrics.of(
                new float[] {3, 3, Float.NaN, -1}, new float[] {3, 9, 0, -2}, new boolean[] {true, false, true, true});

        assertThat(metrics.pixels()).isEqualTo(1);
        assertThat(metrics.absRel()).isZero();
        assertThat(metrics.a1()).isEqualTo(1);
    }

    @Test
    void refusesAPredictionWithoutARatio() {
        assertThatThrownBy(() -> metrics(new float[] {1, 0}, 1, 1)).hasMessageStartingWith("prediction 1 is 0.0 m;");
    }

    @Test
    void refusesMapsOfTwoSizes() {
        assertThatThrownBy(() -> DepthMetrics.of(Depths.flat(2, 2, 1), DepthImage.of(4, 1, new float[4])))
                .hasMessageStartingWith("the prediction is 2 x 2 pixels, the truth 4 x 1;");
    }

    @Test
    void weighsEveryImageAlike() {
        DepthMetrics one = metrics(new float[] {2}, 1);
        DepthMetrics four = metrics(new float[] {1, 1, 1, 1}, 1, 1, 1, 1);

        DepthMetrics mean =
                new DepthMetrics.Accumulator().add("one", one).add("four", four).mean();

        assertThat(mean.absRel()).isEqualTo(0.5);
        assertThat(mean.pixels()).isEqualTo(5);
    }

    @Test
    void leavesImagesWithoutAMeasurementOutOfEveryMean() {
        DepthMetrics nothing = metrics(new float[] {1}, 0);

        DepthMetrics mean = new DepthMetrics.Accumulator()
                .add("half", HALF_RIGHT)
                .add("nothing", nothing)
                .mean();

        assertThat(nothing.absRel()).isNaN();
        assertThat(mean).isEqualTo(HALF_RIGHT);
    }

    @Test
    void refusesToCountAnImageTwice() {
        DepthMetrics.Accumulator images = new DepthMetrics.Accumulator().add("1.png", HALF_RIGHT);

        assertThatThrownBy(() -> images.add("1.png", HALF_RIGHT)).hasMessageContaining("'1.png' was counted already");
    }

    @Test
    void tellsEachImageAndTheMeanAsJson() throws Exception {
        String text = new DepthMetrics.Accumulator()
                .add("half", HALF_RIGHT)
                .add("nothing", metrics(new float[] {1}, 0))
                .toJson();

        JsonNode json = new ObjectMapper().readTree(text);
        assertThat(json.at("/mean/abs_rel").asDouble()).isEqualTo(0.25);
        assertThat(json.at("/images/half/log_10").asDouble()).isEqualTo(HALF_RIGHT.log10());
        assertThat(json.at("/images/nothing/a1").isNull()).isTrue(); // JSON has no NaN
        assertThat(json.at("/images/nothing/pixels").asInt()).isZero();
    }

    @Test
    void linesUpATextTable() {
        String table =
                new DepthMetrics.Accumulator().add("half.png", HALF_RIGHT).table();

        assertThat(table.lines().toList())
                .containsExactly(
                        "                a1        a2        a3   abs_rel    sq_rel      rmse       mae  rmse_log    log_10     silog",
                        "half.png    0.5000    0.5000    0.5000    0.2500    0.2500    0.7071    0.5000    0.4901    0.1505   34.6574",
                        "mean        0.5000    0.5000    0.5000    0.2500    0.2500    0.7071    0.5000    0.4901    0.1505   34.6574");
    }

    private static DepthMetrics metrics(float[] prediction, float... truth) {
        boolean[] mask = new boolean[truth.length];
        Arrays.fill(mask, true);
        return DepthMetrics.of(prediction, truth, mask);
    }
}
