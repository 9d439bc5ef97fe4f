package io.github.dino4j.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.Box;
import io.github.dino4j.predict.ClassList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Each value is worked out by hand from COCO's definition. */
class CocoMetricsTest {
    private static final Offset<Double> EXACT = within(1e-12);

    private final CocoMetrics metrics = new CocoMetrics(ClassList.of("two", List.of("cat", "dog")));

    private static TrueBox cat(double x, double y, double width, double height) {
        return TrueBox.of(Box.ofSize(x, y, width, height), 0);
    }

    private static Detection found(double score, double x, double y, double width, double height) {
        return new Detection(Box.ofSize(x, y, width, height), 0, (float) score);
    }

    @Test
    void countsTheIousThatABoxReaches() {
        // 80 of 100 pixels: IoU 0.8, right at 0.50, 0.55, ... 0.80, which are 7 of 10
        metrics.add(List.of(cat(0, 0, 10, 10)), List.of(found(0.9, 0, 0, 10, 8)));

        assertThat(metrics.summary().ap()).isCloseTo(0.7, EXACT);
        assertThat(metrics.summary().ap50()).isCloseTo(1, EXACT);
        assertThat(metrics.summary().ap75()).isCloseTo(1, EXACT);
        assertThat(metrics.summary().ar100()).isCloseTo(0.7, EXACT);
    }

    @Test
    void readsPrecisionAtAHundredAndOneRecalls() {
        // right, wrong, right of 2 objects: precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1. Made falling from the right:
        // 1 up to recall 0.50 (51 recalls), 2/3 for the 50 above.
        metrics.add(
                List.of(cat(0, 0, 10, 10), cat(50, 0, 10, 10)),
                List.of(found(0.9, 0, 0, 10, 10), found(0.8, 200, 0, 10, 10), found(0.7, 50, 0, 10, 10)));

        assertThat(metrics.summary().ap()).isCloseTo((51 + 50 * 2 / 3.0) / 101, EXACT);
    }

    @Test
    void givesAnObjectToTheSurestAndCountsTheSecondAsWrong() {
        // wrong one between two right ones of 2 objects, as above, but as a second box on the first object
        metrics.add(
                List.of(cat(0, 0, 10, 10), cat(50, 0, 10, 10)),
                List.of(found(0.8, 0, 0, 10, 9.9), found(0.9, 0, 0, 10, 10), found(0.7, 50, 0, 10, 10)));

        assertThat(metrics.summary().ap50()).isCloseTo((51 + 50 * 2 / 3.0) / 101, EXACT);
    }

    @Test
    void passesOverWhatLiesInACrowd() {
        // Both lie in the crowd with their whole area (over their own area 1, over the union 0.01); neither is wrong.
        TrueBox crowd = new TrueBox(Box.ofSize(100, 0, 100, 100), 0, 10_000, true);
        metrics.add(
                List.of(cat(0, 0, 10, 10), crowd),
                List.of(found(0.95, 110, 10, 10, 10), found(0.9, 150, 50, 10, 10), found(0.5, 0, 0, 10, 10)));

        assertThat(metrics.summary().ap()).isCloseTo(1, EXACT);
        assertThat(metrics.summary().ar1()).as("the surest lies in the crowd").isEqualTo(0);
    }

    @Test
    void prefersAnObjectThatCountsToACrowdThatFitsBetter() {
        // IoU with the object 0.6, with the crowd 1: at 0.50 to 0.60 the object is taken, above it only the crowd
        TrueBox crowd = new TrueBox(Box.ofSize(0, 0, 100, 100), 0, 10_000, true);
        metrics.add(List.of(cat(0, 0, 10, 10), crowd), List.of(found(0.9, 0, 0, 10, 6)));

        assertThat(metrics.summary().ap()).isCloseTo(0.3, EXACT);
    }

    @Test
    void tellsSmallMediumAndLargeByTheAreaOfTheOutline() {
        // areas 32 x 32 (both small and medium by COCO's closed ranges), 50 x 50, 100 x 100; the large one is missed
        metrics.add(
                List.of(cat(0, 0, 32, 32), cat(100, 0, 50, 50), cat(300, 0, 100, 100)),
                List.of(found(0.9, 0, 0, 32, 32), found(0.8, 100, 0, 50, 50)));

        CocoMetrics.Summary summary = metrics.summary();
        assertThat(summary.apSmall()).isCloseTo(1, EXACT);
        assertThat(summary.apMedium()).isCloseTo(1, EXACT);
        assertThat(summary.apLarge()).isCloseTo(0, EXACT);
        assertThat(summary.arLarge()).isCloseTo(0, EXACT);
    }

    @Test
    void aBoxOfAnotherSizeOnNothingIsNotWrong() {
        // the surest is wrong among all and among the large ones, but nothing to those who count small objects
        metrics.add(List.of(cat(0, 0, 10, 10)), List.of(found(0.9, 300, 0, 100, 100), found(0.5, 0, 0, 10, 10)));

        assertThat(metrics.summary().ap()).isCloseTo(0.5, EXACT);
        assertThat(metrics.summary().apSmall()).isCloseTo(1, EXACT);
    }

    @Test
    void equalScoresStandInTheOrderOfImagesAndBoxes() {
        // of two equal scores the first is wrong: precision 1/2 at recall 1
        metrics.add(List.of(), List.of(found(0.5, 0, 0, 10, 10)));
        metrics.add(List.of(cat(0, 0, 10, 10)), List.of(found(0.5, 0, 0, 10, 10)));

        assertThat(metrics.summary().ap()).isCloseTo(0.5, EXACT);

        CocoMetrics turned = new CocoMetrics(ClassList.of("one", List.of("cat")));
        turned.add(List.of(cat(0, 0, 10, 10)), List.of(found(0.5, 0, 0, 10, 10)));
        turned.add(List.of(), List.of(found(0.5, 0, 0, 10, 10)));
        assertThat(turned.summary().ap()).isCloseTo(1, EXACT);
    }

    @Test
    void leavesClassesWithoutObjectsOut() {
        metrics.add(
                List.of(cat(0, 0, 10, 10)),
                List.of(found(0.9, 0, 0, 10, 10), new Detection(Box.ofSize(0, 0, 10, 10), 1, 0.9f)));

        assertThat(metrics.summary().ap()).isCloseTo(1, EXACT);
        assertThat(metrics.ap(1)).isNaN();
    }

    @Test
    void averagesOverClasses() {
        metrics.add(
                List.of(cat(0, 0, 10, 10), TrueBox.of(Box.ofSize(50, 50, 10, 10), 1)),
                List.of(found(0.9, 0, 0, 10, 10)));

        assertThat(metrics.summary().ap()).isCloseTo(0.5, EXACT);
        assertThat(metrics.ap(0)).isCloseTo(1, EXACT);
        assertThat(metrics.ap(1)).isEqualTo(0);
    }

    @Test
    void imagesWithoutAnythingChangeNothing() {
        metrics.add(List.of(), List.of());
        metrics.add(List.of(cat(0, 0, 10, 10)), List.of(found(0.9, 0, 0, 10, 10)));
        metrics.add(List.of(), List.of());

        assertThat(metrics.summary().ap()).isCloseTo(1, EXACT);
    }

    @Test
    void countsTheFirstOneTenAndHundredOfAnImage() {
        // 3 objects found surely: one of them counts for AR1
        metrics.add(
                List.of(cat(0, 0, 10, 10), cat(50, 0, 10, 10), cat(100, 0, 10, 10)),
                List.of(found(0.9, 0, 0, 10, 10), found(0.8, 50, 0, 10, 10), found(0.7, 100, 0, 10, 10)));

        assertThat(metrics.summary().ar1()).isCloseTo(1 / 3.0, EXACT);
        assertThat(metrics.summary().ar10()).isCloseTo(1, EXACT);
    }

    @Test
    void hasNoValueWithoutObjects() {
        metrics.add(List.of(), List.of(found(0.9, 0, 0, 10, 10)));

        assertThat(metrics.summary().ap()).isNaN();
        assertThat(metrics.table()).contains("AP     -");
    }

    @Test
    void refusesAClassThatIsNotInTheList() {
        assertThatThrownBy(() -> metrics.add(List.of(TrueBox.of(Box.ofSize(0, 0, 1, 1), 2)), List.of()))
                .hasMessageContaining("class 2 is not in two, which has 0 to 1");
    }
}
