package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.depth.DepthProtocol.Alignment;
import io.github.dino4j.depth.DepthProtocol.Crop;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DepthProtocolTest {
    private static final DepthProtocol PLAIN = new DepthProtocol(0.1, 10, Crop.FULL, Alignment.NONE);

    @ParameterizedTest
    @CsvSource({
        "FULL, 480, 640, 0, 480, 0, 640",
        "NYU_EIGEN, 480, 640, 45, 471, 41, 601",
        "NYU_EIGEN, 240, 320, 22, 235, 20, 300", // 45 / 2 and 601 / 2 lose their half
        "KITTI_GARG, 375, 1242, 153, 371, 44, 1197", // numpy: array([0.40810811 * 375, ...]).astype(int32)
        "KITTI_EIGEN, 375, 1242, 124, 342, 44, 1197"
    })
    void cropsAsTheLiteratureDoes(Crop crop, int height, int width, int top, int bottom, int left, int right) {
        assertThat(new int[] {crop.top(height), crop.bottom(height), crop.left(width), crop.right(width)})
                .containsExactly(top, bottom, left, right);
    }

    @Test
    void comparesInsideOfTheCropOnly() {
        boolean[] mask = Crop.NYU_EIGEN.mask(640, 480);

        assertThat(mask[45 * 640 + 41]).isTrue();
        assertThat(mask[470 * 640 + 600]).isTrue();
        assertThat(mask[44 * 640 + 41]).isFalse();
        assertThat(mask[45 * 640 + 40]).isFalse();
        assertThat(mask[471 * 640 + 600]).isFalse();
        assertThat(mask[470 * 640 + 601]).isFalse();
    }

    @Test
    void leavesOutMeasurementsThatAreNotBetweenTheLimits() {
        DepthImage truth = DepthImage.of(6, 1, new float[] {0, 0.05f, 0.1f, 5, 10, 11});

        assertThat(PLAIN.counted(truth)).containsExactly(false, false, false, true, false, false);
    }

    @Test
    void clampsThePredictionToTheLimits() {
        DepthMetrics metrics = PLAIN.evaluate(Depths.map(2, 1, 50, -3), DepthImage.of(2, 1, new float[] {8, 0.2f}));

        assertThat(metrics.mae()).isCloseTo((2 + 0.1) / 2, within(1e-6)); // 50 becomes 10, -3 becomes 0.1
    }

    @Test
    void resizesThePredictionToTheTruth() {
        DepthImage truth = DepthImage.of(4, 1, new float[] {1, 1.25f, 1.75f, 2});

        assertThat(PLAIN.evaluate(Depths.map(2, 1, 1, 2), truth).rmse()).isZero();
    }

    @Test
    void findsScaleAndShiftOverThePixelsThatCount() {
        DepthImage truth = DepthImage.of(4, 1, new float[] {2, 3, 5, 0});
        DepthMap relative = Depths.map(4, 1, -0.5f, 0, 1, 77); // truth = 2 p + 3, but where nothing was measured

        DepthMetrics metrics = PLAIN.with(Alignment.SCALE_AND_SHIFT).evaluate(relative, truth);

        assertThat(metrics.rmse()).isCloseTo(0, within(1e-6));
        assertThat(metrics.pixels()).isEqualTo(3);
    }

    @Test
    void minimisesTheSquaresWhereNoLineFits() {
        // p = 0, 1, 2 and g = 1, 2, 4: the line is 1.5 p + 5/6, its residuals 1/6, -1/3, 1/6.
        DepthMetrics metrics = PLAIN.with(Alignment.SCALE_AND_SHIFT)
                .evaluate(Depths.map(3, 1, 0, 1, 2), DepthImage.of(3, 1, new float[] {1, 2, 4}));

        assertThat(metrics.rmse()).isCloseTo(Math.sqrt(1 / 18.0), within(1e-6));
    }

    @Test
    void alignsBeforeItClamps() {
        // Clamped first, 20 and 40 would both be 10 and no line would tell them apart.
        DepthMetrics metrics = PLAIN.with(Alignment.SCALE_AND_SHIFT)
                .evaluate(Depths.map(2, 1, 20, 40), DepthImage.of(2, 1, new float[] {2, 4}));

        assertThat(metrics.rmse()).isCloseTo(0, within(1e-6));
    }

    @Test
    void makesAFlatPredictionTheTruthsMean() {
        DepthMetrics metrics = PLAIN.with(Alignment.SCALE_AND_SHIFT)
                .evaluate(Depths.flat(2, 1, 7), DepthImage.of(2, 1, new float[] {2, 4}));

        assertThat(metrics.mae()).isEqualTo(1);
    }

    @Test
    void makesMediansEqual() {
        DepthMetrics metrics = PLAIN.with(Alignment.MEDIAN_SCALE)
                .evaluate(Depths.map(3, 1, 10, 20, 50), DepthImage.of(3, 1, new float[] {1, 2, 5}));

        assertThat(metrics.rmse()).isCloseTo(0, within(1e-6));
    }

    @Test
    void refusesToScaleAMedianOfNothing() {
        DepthProtocol protocol = PLAIN.with(Alignment.MEDIAN_SCALE);

        assertThatThrownBy(() -> protocol.evaluate(Depths.flat(1, 1, 0), DepthImage.of(1, 1, new float[] {1})))
                .hasMessageContaining("the prediction's median is 0.0 m");
    }

    @ParameterizedTest
    @CsvSource({"NONE", "SCALE_AND_SHIFT", "MEDIAN_SCALE"})
    void knowsNothingOfAnImageWithoutAMeasurement(Alignment alignment) {
        DepthMetrics metrics = PLAIN.with(alignment).evaluate(Depths.flat(2, 1, 1), DepthImage.of(2, 1, new float[2]));

        assertThat(metrics.pixels()).isZero();
        assertThat(metrics.silog()).isNaN();
    }

    @Test
    void comparesNyuInsideOfTheFrame() {
        float[] metres = new float[640 * 480];
        Arrays.fill(metres, 2);

        DepthMetrics metrics = DepthProtocol.NYU.evaluate(Depths.flat(40, 30, 2), DepthImage.of(640, 480, metres));

        assertThat(metrics.pixels()).isEqualTo((471 - 45) * (601 - 41));
        assertThat(metrics.a1()).isEqualTo(1);
    }

    @Test
    void refusesARangeThatHoldsNoDepth() {
        assertThatThrownBy(() -> new DepthProtocol(0, 10, Crop.FULL, Alignment.NONE))
                .hasMessageContaining("found 0.0 to 10.0");
    }
}
