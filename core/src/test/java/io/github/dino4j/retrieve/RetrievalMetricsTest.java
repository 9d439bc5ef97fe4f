package io.github.dino4j.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Worked examples: every expected number is written out as the sum it comes from. */
class RetrievalMetricsTest {
    private static final Set<Integer> NONE = Set.of();

    private static double ap(Set<Integer> positives, Set<Integer> junk, int... ranking) {
        RetrievalMetrics metrics = new RetrievalMetrics();
        metrics.add(new RankedTruth(positives, junk), ranking);
        return metrics.map();
    }

    @Test
    void allPositivesInFrontAreOne() {
        assertThat(ap(Set.of(4, 2), NONE, 2, 4, 0, 1, 3)).isEqualTo(1);
    }

    @Test
    void eachPositiveAddsTheMeanOfThePrecisionsBeforeAndAtIt() {
        // Found at ranks 1 and 3, counted from 0: (0/1 + 1/2)/2 and (1/3 + 2/4)/2, each worth a half.
        double first = (0.0 / 1 + 1.0 / 2) / 2;
        double second = (1.0 / 3 + 2.0 / 4) / 2;
        assertThat(ap(Set.of(7, 9), NONE, 1, 7, 2, 9)).isCloseTo((first + second) / 2, within(1e-12));
    }

    @Test
    void aPositiveAtTheFrontHasThePrecisionOneBeforeIt() {
        assertThat(ap(Set.of(7), NONE, 7, 1)).isEqualTo((1.0 + 1.0) / 2);
        assertThat(ap(Set.of(7), NONE, 1, 7)).isEqualTo((0.0 + 1.0 / 2) / 2);
    }

    @Test
    void junkIsTakenOutOfTheRanking() {
        // 5 and 6 are junk: the ranking is 7, 1, 9.
        double second = (1.0 / 2 + 2.0 / 3) / 2;
        assertThat(ap(Set.of(7, 9), Set.of(5, 6), 5, 7, 6, 1, 9)).isCloseTo((1 + second) / 2, within(1e-12));
    }

    @Test
    void positivesThatAreNotInTheRankingWereNotFound() {
        // As copy detection, which looks at 20 images alone.
        assertThat(ap(Set.of(7, 9), NONE, 7, 1, 2)).isCloseTo(1.0 / 2, within(1e-12));
        assertThat(ap(Set.of(9), NONE, 7, 1, 2)).isZero();
    }

    @Test
    void queriesWithoutPositivesAreLeftOut() {
        RetrievalMetrics metrics = new RetrievalMetrics(1, 3);
        metrics.add(new RankedTruth(Set.of(1), NONE), new int[] {1, 2, 3});
        metrics.add(new RankedTruth(NONE, Set.of(2)), new int[] {1, 2, 3});
        metrics.add(new RankedTruth(Set.of(3), NONE), new int[] {1, 2, 3});
        assertThat(metrics.queries()).isEqualTo(2);
        assertThat(metrics.withoutPositives()).isEqualTo(1);
        assertThat(metrics.averagePrecisions()[1]).isNaN();
        double last = (0.0 / 2 + 1.0 / 3) / 2;
        assertThat(metrics.map()).isCloseTo((1 + last) / 2, within(1e-12));
        // At 1: 1 and 0 of one. At 3: the first query has found all after one image, 1 of 1; the other 1 of 3.
        assertThat(metrics.precisionsAt()[0]).isCloseTo((1.0 + 0.0) / 2, within(1e-12));
        assertThat(metrics.precisionsAt()[1]).isCloseTo((1.0 / 1 + 1.0 / 3) / 2, within(1e-12));
        assertThat(metrics.toString()).isEqualTo("mAP 58.33 %, P@1 50.00 %, P@3 66.67 % over 2 queries");
    }

    @Test
    void precisionAtKCountsAfterTheJunkIsGone() {
        RetrievalMetrics metrics = new RetrievalMetrics(2);
        metrics.add(new RankedTruth(Set.of(1, 4), Set.of(9)), new int[] {9, 1, 2, 3, 4});
        assertThat(metrics.precisionsAt()[0]).isEqualTo(1.0 / 2); // 1, 2
    }

    @Test
    void anImageIsNotPositiveAndJunkAtOnce() {
        assertThatThrownBy(() -> new RankedTruth(Set.of(1, 2), Set.of(2))).hasMessageContaining("image 2");
    }
}
