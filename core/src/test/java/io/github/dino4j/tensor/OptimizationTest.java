package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.testkit.MemorySoak;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptimizationTest {
    @Test
    void clearedGradientIsNoneAndNotZero() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {3}, 1).learn();
            assertThat(x.hasGrad()).isFalse();
            x.square().sum(false, 0).backward();
            assertThat(x.hasGrad()).isTrue();

            x.clearGrad();

            assertThat(x.hasGrad()).isFalse();
            assertThatThrownBy(x::grad).hasMessageContaining("no gradient");
        }
    }

    @Test
    void gradientsAfterClearingStartAnew() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {3}, 1).learn();
            x.square().sum(false, 0).backward();
            x.clearGrad();

            x.square().sum(false, 0).backward();

            assertThat(x.grad().toFloats()).containsExactly(6);
        }
    }

    @Test
    void goesBackFromATensorWithItsGradient() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {1, 2, 3}, 3).learn();

            x.square().backward(Tensor.of(new float[] {1, 10, 100}, 3));

            assertThat(x.grad().toFloats()).containsExactly(2, 40, 600);
        }
    }

    @Test
    void copiesValuesInPlaceForAllWhoShareTheMemory() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {1, 2}, 2).learn();
            Tensor view = x.detach();

            x.copyFrom(Tensor.of(new float[] {5, 6}, 2));

            assertThat(view.toFloats()).containsExactly(5, 6);
            assertThat(x.learns()).isTrue();
        }
    }

    @Test
    void refusesValuesOfAnotherShape() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.zeros(2, 3);
            assertThatThrownBy(() -> x.copyFrom(Tensor.zeros(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("F32[3] cannot replace the values of F32[2, 3]");
        }
    }

    @Test
    void sameSeedDropsTheSameValues() {
        try (Scope scope = Scope.open()) {
            Tensor ones = Tensor.full(1, DType.F32, Device.CPU, 1000);
            Engine.seed(7);
            float[] first = ones.dropout(0.5).toFloats();
            float[] second = ones.dropout(0.5).toFloats();

            Engine.seed(7);

            assertThat(ones.dropout(0.5).toFloats()).containsExactly(first).isNotEqualTo(second);
        }
    }

    @Test
    void generatorGoesOnFromWhereItStood() {
        try (Scope scope = Scope.open()) {
            Tensor ones = Tensor.full(1, DType.F32, Device.CPU, 1000);
            ones.dropout(0.5);
            byte[] state = Engine.randomState();
            float[] first = ones.dropout(0.5).toFloats();

            Engine.randomState(state);

            assertThat(ones.dropout(0.5).toFloats()).containsExactly(first);
        }
    }

    @Test
    void normIsThatOfAllGradientsTogether() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.of(new float[] {0, 0}, 2).learn();
            Tensor b = Tensor.of(new float[] {0}, 1).learn();
            Tensor idle = Tensor.zeros(1).learn();
            a.backward(Tensor.of(new float[] {2, 3}, 2));
            b.backward(Tensor.of(new float[] {6}, 1));

            assertThat(Optimization.gradientNorm(List.of(a, b, idle))).isEqualTo(7, within(1e-6));
        }
    }

    @Test
    void thousandsOfStepsHoldNoMemory() {
        assumeTrue(MemorySoak.isSupported(), "this system does not tell its resident memory");
        try (Arena arena = new Arena()) {
            List<Optimization.Moments> moments = new ArrayList<>();
            List<Optimization.Velocity> velocities = new ArrayList<>();
            try (Scope scope = Scope.open()) {
                for (int i = 0; i < 4; i++) {
                    moments.add(new Optimization.Moments(
                            arena.keep(Tensor.zeros(64, 64).learn()),
                            arena.keep(Tensor.zeros(64, 64)),
                            arena.keep(Tensor.zeros(64, 64)),
                            arena.keep(Tensor.zeros())));
                    velocities.add(new Optimization.Velocity(
                            arena.keep(Tensor.zeros(64, 64).learn()), arena.keep(Tensor.zeros(64, 64))));
                }
            }
            List<Long> resident = MemorySoak.run(500, 1000, 4, () -> {
                try (Scope scope = Scope.open()) {
                    moments.forEach(m -> m.variable().sum(false, 0, 1).backward());
                    velocities.forEach(v -> v.variable().sum(false, 0, 1).backward());
                }
                List<Tensor> variables =
                        moments.stream().map(Optimization.Moments::variable).toList();
                Optimization.scaleGradients(variables, 1 / Optimization.gradientNorm(variables));
                Optimization.adamW(moments, new Optimization.AdamW(1e-3, 0.9, 0.999, 1e-8, 0.01));
                Optimization.sgd(velocities, 1e-3, 0.9, 0);
                Optimization.average(moments.get(0).mean(), moments.get(0).variable(), 0.99);
                Engine.randomState(Engine.randomState());
                moments.forEach(m -> m.variable().clearGrad());
                velocities.forEach(v -> v.variable().clearGrad());
            });
            assertThat(MemorySoak.largestGrowth(resident)).isLessThan(0.05);
        }
    }
}
