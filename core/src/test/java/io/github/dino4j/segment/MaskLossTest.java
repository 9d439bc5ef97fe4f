package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MaskLossTest {
    private static final MaskLoss LOSS = MaskLoss.STANDARD.withPoints(64);
    private static final float YES = 20;

    /** Left half, right half of 4 x 4. */
    private static final float[] HALVES = {
        1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, //
        0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1
    };

    @Test
    void costIsTwiceTheClassFiveTimesEntropyAndFiveTimesDice() {
        try (Scope scope = Scope.inference()) {
            Tensor probabilities = Tensor.of(new float[] {0.7f, 0.2f, 0.1f}, 1, 3);
            Tensor logits = Tensor.of(new float[] {0, (float) Math.log(3)}, 1, 2); // p = 0.5, 0.75
            Tensor masks = Tensor.of(new float[] {1, 0}, 1, 2);

            float[] costs = LOSS.costs(probabilities, logits, new int[] {1}, masks);

            double entropy = (Math.log(2) + Math.log(4)) / 2; // -log 0.5, -log 0.25
            double dice = 1 - (2 * 0.5 + 1) / (0.5 + 0.75 + 1 + 1);
            assertThat(costs[0]).isCloseTo((float) (5 * entropy + 5 * dice - 2 * 0.2), within(1e-5f));
        }
    }

    @Test
    void queriesAreMatchedWithTheirTruthInWhateverOrderTheyAre() {
        try (Scope scope = Scope.inference()) {
            // queries: nothing, right half (class 0), left half (class 1)
            MaskPrediction prediction =
                    prediction(new float[][] {{0, 0, YES}, {YES, 0, 0}, {0, YES, 0}}, new int[] {-1, 1, 0}, false);

            MaskLoss.Value value = LOSS.of(List.of(prediction), List.of(halves()), new SplittableRandom(1));

            assertThat(value.classes()).isLessThan(1e-6);
        }
    }

    @Test
    void queriesWithoutAPartnerLearnThatNothingIsHereAtATenthOfTheWeight() {
        try (Scope scope = Scope.inference()) {
            // class probabilities 1/3 each throughout: every query loses log 3, weights 1, 1 and 0.1 cancel out
            MaskPrediction even = prediction(new float[3][3], new int[] {-1, 1, 0}, false);
            // the one without a partner says "class 0" for sure
            MaskPrediction wrong =
                    prediction(new float[][] {{YES, 0, 0}, {YES, 0, 0}, {0, YES, 0}}, new int[] {-1, 1, 0}, false);

            double atEven = LOSS.of(List.of(even), List.of(halves()), new SplittableRandom(1))
                    .classes();
            double atWrong = LOSS.of(List.of(wrong), List.of(halves()), new SplittableRandom(1))
                    .classes();

            assertThat(atEven).isCloseTo(Math.log(3), within(1e-5));
            assertThat(atWrong).isCloseTo(0.1 * YES / 2.1, within(1e-4));
        }
    }

    @Test
    void maskEntropyAtLogitZeroIsLogTwoAndDiceThatOfAHalf() {
        try (Scope scope = Scope.inference()) {
            MaskPrediction grey = new MaskPrediction(
                    Tensor.of(new float[3], 1, 1, 3), Tensor.full(0, DType.F32, Device.CPU, 1, 1, 4, 4));
            MaskLoss.Targets all = new MaskLoss.Targets(new int[] {0}, Tensor.full(1, DType.F32, Device.CPU, 1, 4, 4));

            MaskLoss.Value value =
                    new MaskLoss(2, 5, 5, 0.1, 4096, 1, 0).of(List.of(grey), List.of(all), new SplittableRandom(1));

            // dice of p = 1/2 everywhere against t: 1 - (sum t + 1) / (P / 2 + sum t + 1), sum t near P
            assertThat(value.masks()).isCloseTo(Math.log(2), within(1e-5));
            assertThat(value.dice()).isCloseTo(1 / 3.0, within(0.03)); // zeros beyond the outermost pixels' centres
        }
    }

    @Test
    void everyLayersPredictionCounts() {
        try (Scope scope = Scope.inference()) {
            MaskPrediction even = prediction(new float[3][3], new int[] {-1, 1, 0}, false);
            MaskLoss classesAlone = new MaskLoss(1, 0, 0, 0.1, 16, 3, 0.75);

            double one = total(classesAlone, List.of(even));
            double three = total(classesAlone, List.of(even, even, even));

            assertThat(three).isCloseTo(3 * one, within(1e-5));
        }
    }

    private static double total(MaskLoss loss, List<MaskPrediction> predictions) {
        return loss.of(predictions, List.of(halves()), new SplittableRandom(1))
                .total()
                .item();
    }

    @Test
    void gradientsReachTheMatchedMaskAloneAndPullItTowardsTheTruth() {
        try (Scope scope = Scope.open()) {
            MaskPrediction prediction =
                    prediction(new float[][] {{0, 0, YES}, {YES, 0, 0}, {0, YES, 0}}, new int[] {-1, 1, 0}, true);

            LOSS.of(List.of(prediction), List.of(halves()), new SplittableRandom(1))
                    .total()
                    .backward();

            float[] gradient = prediction.masks().grad().toFloats();
            double idle = 0;
            for (int i = 0; i < 16; i++) {
                idle += Math.abs(gradient[i]);
            }
            assertThat(idle).isZero();
            assertThat(gradient[16 + 4]).isGreaterThanOrEqualTo(0); // outside the right half: down
            assertThat(gradient[16 + 6]).isLessThanOrEqualTo(0); // inside: up
        }
    }

    @Test
    void anImageWithoutMasksTeachesThatNothingIsThere() {
        try (Scope scope = Scope.open()) {
            MaskPrediction prediction = prediction(new float[3][3], new int[] {-1, 1, 0}, true);
            MaskLoss.Targets nothing = MaskLoss.Targets.semantic(new int[] {-1, -1, -1, -1}, 2, 2);

            MaskLoss.Value value = LOSS.of(List.of(prediction), List.of(nothing), new SplittableRandom(1));

            assertThat(value.classes()).isCloseTo(Math.log(3), within(1e-5));
            assertThat(value.masks()).isZero();
        }
    }

    @Test
    void theSameSeedGivesTheSameLoss() {
        try (Scope scope = Scope.inference()) {
            MaskPrediction prediction = prediction(new float[3][3], new int[] {-1, 1, 0}, false);

            double first = total(LOSS, List.of(prediction));

            assertThat(total(LOSS, List.of(prediction))).isEqualTo(first);
        }
    }

    @Test
    void semanticTargetsAreOneMaskAClassAndLeaveOutWhatDoesNotCount() {
        try (Scope scope = Scope.inference()) {
            MaskLoss.Targets targets = MaskLoss.Targets.semantic(new int[] {5, -1, 2, 5}, 2, 2);

            assertThat(targets.classes()).containsExactly(2, 5);
            assertThat(targets.masks().toFloats()).containsExactly(0, 0, 1, 0, 1, 0, 0, 1);
        }
    }

    private static MaskLoss.Targets halves() {
        return new MaskLoss.Targets(new int[] {1, 0}, Tensor.of(HALVES, 2, 4, 4));
    }

    /** Queries whose masks are a half for sure, or nothing (-1), undecided where they learn. */
    private static MaskPrediction prediction(float[][] classes, int[] halves, boolean learns) {
        float[] logits = new float[classes.length * 3];
        float[] masks = new float[classes.length * 16];
        for (int q = 0; q < classes.length; q++) {
            System.arraycopy(classes[q], 0, logits, 3 * q, 3);
            for (int i = 0; i < 16; i++) {
                float inside = halves[q] < 0 ? 0 : HALVES[16 * halves[q] + i];
                masks[16 * q + i] = (learns ? 0.1f : YES) * (2 * inside - 1);
            }
        }
        Tensor m = Tensor.of(masks, 1, classes.length, 4, 4);
        return new MaskPrediction(Tensor.of(logits, 1, classes.length, 3), learns ? m.learn() : m);
    }
}
