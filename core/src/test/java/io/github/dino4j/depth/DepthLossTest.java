package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class DepthLossTest {
    private static Tensor map(float... values) {
        return Tensor.of(values, 1, 1, 2, values.length / 2);
    }

    @Test
    void leavesTheVarianceOutOfAsManyCallsAsItWarmsUp() {
        try (Scope scope = Scope.inference()) {
            Tensor prediction = map(1, 2, 4, 8);
            Tensor target = map(2, 2, 2, 2);
            Tensor all = map(1, 1, 1, 1).to(DType.BOOL);
            SigLoss loss = new SigLoss(2);

            double first = loss.forward(prediction, target, all).item();
            double second = loss.forward(prediction, target, all).item();
            double third = loss.forward(prediction, target, all).item();

            assertThat(second).isEqualTo(first);
            assertThat(third)
                    .isGreaterThan(first)
                    .isEqualTo(new SigLoss(0).forward(prediction, target, all).item());
        }
    }

    @Test
    void keepsWhatIsNotMeasuredOutOfLossAndGradient() {
        for (DepthLoss loss :
                List.of(new SigLoss(0), GradientLoss.ofMetres(), GradientLoss.ofLogarithms(), DepthLoss.l1())) {
            try (Scope scope = Scope.open()) {
                Tensor prediction = map(1, 2, 4, 5, 3, -7, 2, 9).learn();
                Tensor target = map(1, 3, 3, 4, 2, Float.NaN, 5, -1);
                Tensor valid = map(1, 1, 1, 1, 1, 0, 1, 0).to(DType.BOOL);

                Tensor value = loss.forward(prediction, target, valid);
                value.backward();

                assertThat(value.isFinite()).isTrue();
                assertThat(prediction.grad().isFinite()).isTrue();
                assertThat(prediction.grad().toFloats()[5]).isZero();
            }
        }
    }

    @Test
    void weighsWhatItAdds() {
        try (Scope scope = Scope.inference()) {
            Tensor prediction = map(1, 2, 4, 8);
            Tensor target = map(2, 2, 2, 2);
            Tensor all = map(1, 1, 1, 1).to(DType.BOOL);

            double sum = DepthLoss.l1()
                    .times(2)
                    .plus(0.5, DepthLoss.l1())
                    .forward(prediction, target, all)
                    .item();

            assertThat(sum).isCloseTo(2.5 * 9 / 4, within(1e-5));
        }
    }

    @Test
    void refusesABatchWithoutAMeasurement() {
        try (Scope scope = Scope.inference()) {
            Tensor none = map(0, 0).to(DType.BOOL);

            assertThatThrownBy(() -> new SigLoss().forward(map(1, 2), map(1, 2), none))
                    .hasMessageContaining("this batch has 0 of them");
        }
    }

    @Test
    void refusesAPredictionOfAnotherSize() {
        try (Scope scope = Scope.inference()) {
            Tensor all = map(1, 1).to(DType.BOOL);

            assertThatThrownBy(() -> DepthLoss.l1().forward(map(1, 2, 3, 4), map(1, 2), all))
                    .hasMessageContaining("F32[1, 1, 2, 2], F32[1, 1, 2, 1]")
                    .hasMessageContaining("resize the prediction");
        }
    }
}
