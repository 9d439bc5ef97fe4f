package io.github.dino4j.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DetectionLossTest {
    private static final float SIDE = 100;

    /** One image of 100 x 100 pixels, the same queries on the proposals and on one layer. */
    private static DetectorOutput output(BoxPrediction layer, BoxPrediction proposals, int answering) {
        Tensor limits = Tensor.of(new float[] {SIDE, SIDE, SIDE, SIDE}, 1, 1, 4);
        return new DetectorOutput(List.of(layer), proposals, answering, limits);
    }

    private static BoxPrediction prediction(float[] logits, float[] boxes) {
        int queries = boxes.length / 4;
        return new BoxPrediction(
                Tensor.of(logits, 1, queries, logits.length / queries), Tensor.of(boxes, 1, queries, 4));
    }

    private static final DetectionLoss.Targets ONE =
            new DetectionLoss.Targets(new float[] {50, 50, 20, 20}, new int[] {1});

    @Test
    void weighsFocalL1AndGiouOfTheMatchedQuery() {
        try (Scope scope = Scope.open()) {
            // Query 1 lies 10 pixels beside the object, and is matched; logits of 0 are probabilities of 1/2.
            BoxPrediction layer = prediction(new float[4], new float[] {10, 10, 20, 20, 60, 50, 20, 20});
            DetectionLoss.Value value = DetectionLoss.STANDARD.of(output(layer, layer, 2), List.of(ONE), 1);

            // focal: log 2 x 1/4 x (0.25 + 3 x 0.75), times 2
            assertThat(value.parts().get("class")).isCloseTo(2 * Math.log(2) / 4 * 2.5, within(1e-5));
            // L1: 10 / 100, times 5
            assertThat(value.parts().get("box")).isCloseTo(0.5, within(1e-5));
            // GIoU: intersection 200, union 600, hull 600: 1/3, times 2
            assertThat(value.parts().get("giou")).isCloseTo(2 * (1 - 1 / 3.0), within(1e-5));
        }
    }

    @Test
    void askedForTheClassTheSurerQueryIsMatched() {
        try (Scope scope = Scope.open()) {
            // both boxes are the object's own, only query 0 says its class
            float[] boxes = {50, 50, 20, 20, 50, 50, 20, 20};
            BoxPrediction layer = prediction(new float[] {-8, 8, -8, -8}, boxes);
            DetectionLoss.Value value = DetectionLoss.STANDARD.of(output(layer, layer, 2), List.of(ONE), 1);

            assertThat(value.parts().get("class")).isLessThan(1e-4);
        }
    }

    @Test
    void sumsAreDividedByTheNumberOfObjects() {
        try (Scope scope = Scope.open()) {
            float[] boxes = {50, 50, 20, 20, 20, 20, 10, 10};
            DetectionLoss.Targets two = new DetectionLoss.Targets(boxes.clone(), new int[] {0, 0});
            float[] shifted = {60, 50, 20, 20, 30, 20, 10, 10};
            BoxPrediction layer = prediction(new float[2], shifted);

            DetectionLoss.Value value = DetectionLoss.STANDARD.of(output(layer, layer, 2), List.of(two), 1);

            assertThat(value.parts().get("box")).isCloseTo(5 * 0.1, within(1e-5)); // each is 10 of 100 pixels off
        }
    }

    @Test
    void proposalsLearnObjectsOfEveryClassAsTheFirst() {
        try (Scope scope = Scope.open()) {
            float[] boxes = {50, 50, 20, 20, 10, 10, 10, 10};
            BoxPrediction layer = prediction(new float[4], boxes);
            BoxPrediction proposals = prediction(new float[] {9, 5, -9, 5}, boxes); // the second class is not asked

            DetectionLoss.Value value = DetectionLoss.STANDARD.of(output(layer, proposals, 2), List.of(ONE), 1);

            assertThat(value.parts().get("proposals")).isLessThan(1e-4);
        }
    }

    @Test
    void extraQueriesAreGivenEachObjectSeveralTimes() {
        try (Scope scope = Scope.open()) {
            // The one that answers and two of the extra three say the object, one of them says nothing at all.
            float[] boxes = {50, 50, 20, 20, 50, 50, 20, 20, 50, 50, 20, 20, 50, 50, 20, 20};
            BoxPrediction layer = prediction(new float[] {-9, 9, -9, 9, -9, 9, -9, -9}, boxes);

            DetectionLoss.Value twice = DetectionLoss.STANDARD.of(output(layer, layer, 1), List.of(ONE), 2);
            DetectionLoss.Value thrice = DetectionLoss.STANDARD.of(output(layer, layer, 1), List.of(ONE), 3);

            assertThat(twice.parts().get("extra queries")).isLessThan(1e-4);
            assertThat(thrice.parts().get("extra queries")).isGreaterThan(0.5);
        }
    }

    @Test
    void anImageWithoutObjectsTeachesSilenceAlone() {
        try (Scope scope = Scope.open()) {
            BoxPrediction layer = prediction(new float[2], new float[] {50, 50, 20, 20, 10, 10, 10, 10});
            DetectionLoss.Targets none = new DetectionLoss.Targets(new float[0], new int[0]);

            DetectionLoss.Value value = DetectionLoss.STANDARD.of(output(layer, layer, 2), List.of(none), 1);

            assertThat(value.parts().get("class")).isGreaterThan(0);
            assertThat(value.parts().get("box")).isEqualTo(0);
        }
    }

    @Test
    void itsGradientsAreThoseOfDifferences() {
        SplittableRandom random = new SplittableRandom(3);
        float[] logits = new float[4 * 3];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextDouble(-2, 2);
        }
        float[] boxes = {45, 52, 22, 17, 20, 30, 15, 25, 71, 60, 30, 12, 33, 80, 8, 9};
        DetectionLoss.Targets truth =
                new DetectionLoss.Targets(new float[] {50, 50, 20, 20, 75, 63, 22, 18}, new int[] {1, 2});
        float[] gradient;
        float[] boxGradient;
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(logits, 1, 4, 3).learn();
            Tensor b = Tensor.of(boxes, 1, 4, 4).learn();
            BoxPrediction layer = new BoxPrediction(x, b);
            DetectionLoss.STANDARD
                    .of(output(layer, layer, 4), List.of(truth), 1)
                    .total()
                    .backward();
            gradient = x.grad().toFloats();
            boxGradient = b.grad().toFloats();
        }

        for (int i = 0; i < logits.length; i++) {
            assertThat(slope(logits, i, 0.01f, boxes, true, truth)).isCloseTo(gradient[i], within(5e-3));
        }
        for (int i = 0; i < boxes.length; i++) {
            assertThat(slope(boxes, i, 0.05f, logits, false, truth)).isCloseTo(boxGradient[i], within(5e-3));
        }
    }

    private static double slope(
            float[] values, int i, float step, float[] others, boolean logits, DetectionLoss.Targets truth) {
        float[] more = values.clone();
        float[] less = values.clone();
        more[i] += step;
        less[i] -= step;
        return (total(logits ? more : others, logits ? others : more, truth)
                        - total(logits ? less : others, logits ? others : less, truth))
                / (2 * step);
    }

    private static double total(float[] logits, float[] boxes, DetectionLoss.Targets truth) {
        try (Scope scope = Scope.inference()) {
            BoxPrediction layer = prediction(logits, boxes);
            return DetectionLoss.STANDARD
                    .of(output(layer, layer, 4), List.of(truth), 1)
                    .total()
                    .item();
        }
    }

    @Test
    void refusesObjectsOfAnUnknownClass() {
        try (Scope scope = Scope.open()) {
            BoxPrediction layer = prediction(new float[2], new float[] {50, 50, 20, 20, 10, 10, 10, 10});

            assertThatThrownBy(() -> DetectionLoss.STANDARD.of(output(layer, layer, 2), List.of(ONE), 1))
                    .hasMessageContaining("an object is of class 1, the detector has 0 to 0");
        }
    }
}
