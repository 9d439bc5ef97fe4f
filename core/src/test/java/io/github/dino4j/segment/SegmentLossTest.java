package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.segment.SegmentLoss.CrossEntropy;
import io.github.dino4j.segment.SegmentLoss.Dice;
import io.github.dino4j.segment.SegmentLoss.MultilabelDice;
import io.github.dino4j.segment.SegmentLoss.Reduction;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentLossTest {
    @Test
    void isZeroWhereEveryPixelIsIgnored() {
        try (Scope scope = Scope.open()) {
            Tensor scores = Tensor.of(new float[] {3, -1, 2, 0}, 1, 2, 1, 2);
            Tensor truth = Tensor.of(new long[] {255, 255}, 1, 1, 2);
            SegmentLoss loss = new CrossEntropy(Reduction.MEAN_OF_VALID, List.of(), 255, 1);

            assertThat(loss.of(scores, truth).item()).isZero();
        }
    }

    @Test
    void sendsNoGradientToIgnoredPixels() {
        try (Scope scope = Scope.open()) {
            Tensor scores = Tensor.of(new float[] {3, -1, 2, 0}, 1, 2, 1, 2).learn();

            CrossEntropy.STANDARD
                    .of(scores, Tensor.of(new long[] {1, 255}, 1, 1, 2))
                    .backward();

            float[] gradient = scores.grad().toFloats(); // class 0, then class 1
            assertThat(gradient[0]).isPositive();
            assertThat(gradient[1]).isZero();
            assertThat(gradient[3]).isZero();
        }
    }

    @Test
    void skipsAClassWhoseNumberIsTheIgnoredLabel() {
        try (Scope scope = Scope.open()) {
            Tensor scores = Tensor.of(new float[] {80, 80, -80, -80}, 1, 2, 1, 2); // class 0 everywhere, rightly
            Tensor truth = Tensor.of(new long[] {0, 0}, 1, 1, 2);
            List<Float> weights = List.of(1f, 1f);

            double ignoringNone =
                    new Dice(0, 2, weights, 255, 1).of(scores, truth).item();
            double ignoringOne = new Dice(0, 2, weights, 1, 1).of(scores, truth).item();

            assertThat(ignoringNone).isNaN(); // class 1 is nowhere, and nothing is smoothed: 0/0
            assertThat(ignoringOne).isCloseTo(0, within(1e-6));
        }
    }

    @Test
    void weighsClassesWithoutDividingByTheirSum() {
        try (Scope scope = Scope.open()) {
            Tensor scores = Tensor.zeros(1, 2, 1, 2);
            Tensor truth = Tensor.of(new long[] {0, 1}, 1, 1, 2);
            SegmentLoss loss = new CrossEntropy(Reduction.MEAN, List.of(3f, 1f), 255, 1);

            assertThat(loss.of(scores, truth).item()).isCloseTo(2 * Math.log(2), within(1e-6)); // (3 + 1) ln 2 / 2
        }
    }

    @Test
    void asksForScoresOfTheLabelsSize() {
        try (Scope scope = Scope.open()) {
            Tensor labels = Tensor.of(new long[4], 1, 2, 2);

            assertThatThrownBy(() -> CrossEntropy.STANDARD.of(Tensor.zeros(1, 3, 4, 4), labels))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("resize the scores");
        }
    }

    @Test
    void asksForOneTruthAClassWherePixelsMayBeOfSeveral() {
        try (Scope scope = Scope.open()) {
            Tensor labels = Tensor.of(new long[4], 1, 2, 2);

            assertThatThrownBy(() -> MultilabelDice.STANDARD.of(Tensor.zeros(1, 3, 2, 2), labels))
                    .hasMessageContaining("class numbers are for Dice");
        }
    }

    @Test
    void namesTheNumberOfClassWeightsThatDoNotFit() {
        try (Scope scope = Scope.open()) {
            Tensor labels = Tensor.of(new long[4], 1, 2, 2);
            SegmentLoss loss = new CrossEntropy(Reduction.MEAN, List.of(1f, 2f), 255, 1);

            assertThatThrownBy(() -> loss.of(Tensor.zeros(1, 3, 2, 2), labels))
                    .hasMessageContaining("2 class weights for 3 classes");
        }
    }
}
