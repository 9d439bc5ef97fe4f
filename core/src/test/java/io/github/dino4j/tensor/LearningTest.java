package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LearningTest {
    @Test
    void sumsWeightedRowsAndSendsGradientsToRowsAndWeights() {
        try (Scope scope = Scope.open()) {
            Tensor rows = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2).learn();
            Tensor weights = Tensor.of(new float[] {0.5f, 2, 1, -1}, 2, 2).learn();

            Tensor sums = rows.weightedRows(Tensor.of(new long[] {0, 2, 1, 1}, 2, 2), weights);
            sums.mul(Tensor.of(new float[] {1, 10, 100, 1000}, 2, 2))
                    .sum(false, 0, 1)
                    .backward();

            assertThat(sums.toFloats()).containsExactly(10.5f, 13, 0, 0);
            assertThat(weights.grad().toFloats()).containsExactly(21, 65, 4300, 4300);
            assertThat(rows.grad().toFloats()).containsExactly(0.5f, 5, 0, 0, 2, 20);
        }
    }

    @Test
    void batchNormMovesItsRunningStatisticsWhileItLearns() {
        try (Scope scope = Scope.open()) {
            Tensor mean = Tensor.zeros(1);
            Tensor variance = Tensor.full(1, DType.F32, Device.CPU, 1);
            Tensor x = Tensor.of(new float[] {1, 3}, 1, 1, 1, 2);

            Tensor y = x.batchNormLearning(
                    Tensor.full(1, DType.F32, Device.CPU, 1), Tensor.zeros(1), mean, variance, 0.1, 0);

            assertThat(y.toFloats()).containsExactly(-1, 1);
            assertThat(mean.toFloats()).containsExactly(0.2f);
            assertThat(variance.toFloats()).containsExactly(1.1f); // 0.9 + 0.1 x the unbiased variance 2
        }
    }

    @Test
    void saysThatNoGradientHasArrived() {
        try (Scope scope = Scope.open()) {
            Tensor idle = Tensor.zeros(2).learn();

            assertThatThrownBy(idle::grad).hasMessageContaining("no gradient has reached F32[2]");
        }
    }
}
