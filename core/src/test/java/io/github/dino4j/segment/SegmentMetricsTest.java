package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.predict.ClassList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SegmentMetricsTest {
    private static final Offset<Double> EXACT = within(1e-12);
    private static final ClassList CLASSES = ClassList.of("abcd", List.of("a", "b", "c", "d"));

    /** Truth a 4, b 2, one ignored; predicted a 3, b 2, c 1; right are 3 of a and 1 of b. Class d is nowhere. */
    private static SegmentMetrics worked(double beta) {
        SegmentMetrics metrics = new SegmentMetrics(CLASSES, beta);
        metrics.add(map(7, 1, 0, 0, 0, 1, 1, 2, 3), LabelImage.of(7, 1, new int[] {0, 0, 0, 0, 1, 1, 255}));
        return metrics;
    }

    @Test
    void countsAreasOfEachClass() {
        SegmentMetrics metrics = worked(1);

        assertThat(metrics.intersections()).containsExactly(3, 1, 0, 0);
        assertThat(metrics.unions()).containsExactly(4, 3, 1, 0);
        assertThat(metrics.predictions()).containsExactly(3, 2, 1, 0);
        assertThat(metrics.labels()).containsExactly(4, 2, 0, 0);
    }

    @Test
    void givesTheWorkedMeans() {
        SegmentMetrics metrics = worked(1);

        assertThat(metrics.meanIou()).isEqualTo((3 / 4.0 + 1 / 3.0 + 0) / 3, EXACT);
        assertThat(metrics.pixelAccuracy()).isEqualTo(4 / 6.0, EXACT);
        assertThat(metrics.meanAccuracy()).isEqualTo((3 / 4.0 + 1 / 2.0) / 2, EXACT);
        assertThat(metrics.meanDice()).isEqualTo((6 / 7.0 + 2 / 4.0 + 0) / 3, EXACT);
        assertThat(metrics.meanPrecision()).isEqualTo((1 + 1 / 2.0 + 0) / 3, EXACT);
        assertThat(metrics.meanRecall()).isEqualTo((3 / 4.0 + 1 / 2.0) / 2, EXACT);
        assertThat(metrics.meanFscore()).isEqualTo((6 / 7.0 + 1 / 2.0) / 2, EXACT);
    }

    @Test
    void weighsRecallByBeta() {
        SegmentMetrics metrics = worked(2);

        // a: P 1, R 3/4 -> 5 * 0.75 / (4 + 0.75); b: P = R = 1/2
        assertThat(metrics.meanFscore()).isEqualTo((3.75 / 4.75 + 0.5) / 2, EXACT);
    }

    @Test
    void hasNoValueForAClassThatIsNowhere() {
        SegmentMetrics.OfClass d = worked(1).perClass().get(3);

        assertThat(d.iou()).isNaN();
        assertThat(d.accuracy()).isNaN();
        assertThat(d.precision()).isNaN();
    }

    @Test
    void countsAClassThatIsOnlyPredictedAsZero() {
        assertThat(worked(1).perClass().get(2).iou()).isZero();
    }

    @Test
    void shiftsLabelsWhereZeroIsUnlabelled() {
        SegmentMetrics metrics = new SegmentMetrics(CLASSES.withZeroIsUnlabelled(true));

        metrics.add(map(4, 1, 0, 1, 3, 2), LabelImage.of(4, 1, new int[] {1, 2, 4, 0}));

        assertThat(metrics.labels()).containsExactly(1, 1, 0, 1);
        assertThat(metrics.pixelAccuracy()).isEqualTo(1);
    }

    @Test
    void countsAPixelWithoutClassAsWrong() {
        SegmentMetrics metrics = new SegmentMetrics(CLASSES);

        metrics.add(map(2, 1, 0, SegmentMap.NONE), LabelImage.of(2, 1, new int[] {0, 0}));

        assertThat(metrics.pixelAccuracy()).isEqualTo(0.5);
        assertThat(metrics.predictions()).containsExactly(1, 0, 0, 0);
    }

    @Test
    void dividesSumsOverImagesRatherThanAveragingThem() {
        SegmentMetrics metrics = new SegmentMetrics(CLASSES);

        metrics.add(map(1, 1, 0), LabelImage.of(1, 1, new int[] {0}));
        metrics.add(map(3, 1, 1, 1, 0), LabelImage.of(3, 1, new int[] {0, 0, 0}));

        assertThat(metrics.perClass().get(0).iou()).isEqualTo(2 / 4.0, EXACT);
        assertThat(metrics.images()).isEqualTo(2);
    }

    @Test
    void mergesToTheSameAsCountingTogether() {
        SegmentMetrics together = worked(1);
        together.add(new int[] {3, 0}, new int[] {3, 1});
        SegmentMetrics other = new SegmentMetrics(CLASSES);
        other.add(new int[] {3, 0}, new int[] {3, 1});
        SegmentMetrics merged = worked(1);

        merged.merge(other);

        assertThat(merged.toJson()).isEqualTo(together.toJson());
    }

    @Test
    void refusesToMergeAnotherBeta() {
        assertThatThrownBy(() -> worked(1).merge(worked(2))).hasMessageContaining("beta");
    }

    @Test
    void showsWhichClassWasTakenForWhich() {
        assertThat(worked(1).confusion())
                .isDeepEqualTo(new long[][] {{3, 1, 0, 0}, {0, 1, 1, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}});
    }

    @Test
    void dropsPredictionsAndLabelsOutOfRangeFromBareNumbers() {
        SegmentMetrics metrics = new SegmentMetrics(CLASSES);

        metrics.add(new int[] {0, 9, 1}, new int[] {0, 0, 9});

        assertThat(metrics.labels()).containsExactly(2, 0, 0, 0);
        assertThat(metrics.predictions()).containsExactly(1, 1, 0, 0);
        assertThat(metrics.intersections()).containsExactly(1, 0, 0, 0);
    }

    @Test
    void refusesAMapOfAnotherSizeThanItsTruth() {
        assertThatThrownBy(() ->
                        new SegmentMetrics(CLASSES).add(map(2, 1, 0, 0), LabelImage.of(1, 2, new int[] {0, 0})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the map is 2 x 1, its truth 1 x 2");
    }

    @Test
    void refusesALabelThatIsNoClass() {
        assertThatThrownBy(() ->
                        new SegmentMetrics(CLASSES).add(map(2, 1, 0, 0), LabelImage.of(2, 1, new int[] {0, 4})))
                .hasMessageContaining("label 4 at (1, 0)");
    }

    @Test
    void writesMissingValuesAsNull() {
        ObjectNode json = worked(1).toJson();

        assertThat(json.path("mIoU").asDouble()).isEqualTo(13 / 36.0, EXACT);
        assertThat(json.path("per_class").get(3).path("IoU").isNull()).isTrue();
        assertThat(json.path("per_class").get(0).path("IoU").asDouble()).isEqualTo(0.75);
        assertThat(json.path("confusion").get(1).get(2).asInt()).isEqualTo(1);
    }

    @Test
    void printsATableInPercent() {
        assertThat(worked(1).table().lines())
                .containsExactly(
                        "1 image, 6 pixels",
                        "          IoU     acc    dice    prec       F        pixels",
                        "a       75.00   75.00   85.71  100.00   85.71             4",
                        "b       33.33   50.00   50.00   50.00   50.00             2",
                        "c        0.00       -    0.00    0.00       -             0",
                        "d           -       -       -       -       -             0",
                        "mean    36.11   62.50   45.24   50.00   67.86             6",
                        "pixel accuracy 66.67");
    }

    private static SegmentMap map(int width, int height, int... labels) {
        short[] shorts = new short[labels.length];
        for (int i = 0; i < labels.length; i++) {
            shorts[i] = (short) labels[i];
        }
        return SegmentMap.of(width, height, shorts, new float[labels.length], CLASSES);
    }
}
