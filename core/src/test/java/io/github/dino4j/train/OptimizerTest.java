package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private final Arena arena = new Arena();
    private final Tensor a = variable(1, 2);
    private final Tensor b = variable(3);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void adamWFollowsItsEquations() {
        try (Optimizer optimizer = OptimizerSpec.ADAMW.build(ParameterGroups.plain(Map.of("a", a)))) {
            double[] p = {1, 2};
            double[] m = {0, 0};
            double[] v = {0, 0};
            for (int t = 1; t <= 5; t++) {
                float[] gradient = {0.3f * t, -2f / t};
                gradient(a, gradient);
                optimizer.step(new Optimizer.Settings(0.1, 0, 0.05, 0.9));
                optimizer.clear();
                for (int i = 0; i < 2; i++) {
                    p[i] *= 1 - 0.1 * 0.05;
                    m[i] = 0.9 * m[i] + 0.1 * gradient[i];
                    v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
                    double root = Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(0.999, t)) + 1e-8;
                    p[i] -= 0.1 / (1 - Math.pow(0.9, t)) * m[i] / root;
                }
            }
            assertThat((double) a.toFloats()[0]).isEqualTo(p[0], within(1e-5));
            assertThat((double) a.toFloats()[1]).isEqualTo(p[1], within(1e-5));
        }
    }

    @Test
    void passesOverAVariableWithoutGradientAltogether() {
        try (Optimizer optimizer = OptimizerSpec.ADAMW.build(ParameterGroups.plain(Map.of("a", a, "b", b)))) {
            gradient(a, 1, 1);
            optimizer.step(new Optimizer.Settings(0.1, 0, 0.5, 0.9));

            assertThat(b.toFloats()).containsExactly(3);
            assertThat(state(optimizer, "step/b")).containsExactly(0);
            assertThat(state(optimizer, "step/a")).containsExactly(1);
        }
    }

    @Test
    void rateZeroMovesMomentsAndNothingElse() {
        try (Optimizer optimizer =
                OptimizerSpec.ADAMW.build(List.of(new ParameterGroup("last", Map.of("a", a), 1, 1, true)))) {
            gradient(a, 2, 4);
            optimizer.step(new Optimizer.Settings(0.1, 0, 0.5, 0.5));

            assertThat(a.toFloats()).containsExactly(1, 2);
            assertThat(state(optimizer, "exp_avg/a")).containsExactly(1, 2);
            assertThat(state(optimizer, "step/a")).containsExactly(1);
        }
    }

    @Test
    void beta1IsThatOfTheStep() {
        try (Optimizer optimizer = OptimizerSpec.ADAMW.build(ParameterGroups.plain(Map.of("a", a)))) {
            gradient(a, 1, 1);
            optimizer.step(new Optimizer.Settings(0, 0, 0, 0.75));
            assertThat(state(optimizer, "exp_avg/a")).containsExactly(0.25f, 0.25f);
        }
    }

    @Test
    void factorsOfAGroupMultiplyRateAndDecay() {
        try (Optimizer optimizer = new OptimizerSpec.Sgd(0)
                .build(List.of(
                        new ParameterGroup("slow", Map.of("a", a), 0.5, 0, false),
                        new ParameterGroup("decayed", Map.of("b", b), 1, 2, false)))) {
            gradient(a, 1, 1);
            gradient(b, 0);
            optimizer.step(new Optimizer.Settings(0.5, 0, 0.25, 0));

            assertThat(a.toFloats()).containsExactly(0.75f, 1.75f);
            assertThat(b.toFloats()).containsExactly(2.25f); // 3 - 0.5 x (0.25 x 2 x 3)
        }
    }

    @Test
    void descentKeepsMomentum() {
        try (Optimizer optimizer = new OptimizerSpec.Sgd(0.5).build(ParameterGroups.plain(Map.of("b", b)))) {
            for (int i = 0; i < 2; i++) {
                gradient(b, 1);
                optimizer.step(new Optimizer.Settings(0.25, 0, 0, 0.5));
                optimizer.clear();
            }
            assertThat(b.toFloats()).containsExactly(2.375f); // 3 - 0.25 - 0.25 x 1.5
        }
    }

    @Test
    void goesOnTheSameFromACopyOfItsState() {
        Tensor twin = variable(1, 2);
        try (Optimizer first = OptimizerSpec.ADAMW.build(ParameterGroups.plain(Map.of("a", a)));
                Optimizer resumed = OptimizerSpec.ADAMW.build(ParameterGroups.plain(Map.of("a", twin)))) {
            step(first, a, 1, -3);
            twin.copyFrom(a);
            resumed.state()
                    .forEach((name, tensor) ->
                            tensor.copyFrom(Objects.requireNonNull(first.state().get(name))));

            step(first, a, 2, 5);
            step(resumed, twin, 2, 5);

            assertThat(twin.toFloats()).containsExactly(a.toFloats());
        }
    }

    @Test
    void refusesAVariableInTwoGroups() {
        List<ParameterGroup> twice =
                List.of(ParameterGroup.of("one", Map.of("a", a)), ParameterGroup.of("two", Map.of("a", a)));
        assertThatThrownBy(() -> OptimizerSpec.ADAMW.build(twice))
                .hasMessageContaining("'a' stands in the groups twice");
    }

    @Test
    void refusesATensorThatTakesNoGradients() {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> frozen = Map.of("blocks.0.x", Tensor.zeros(2));
            assertThatThrownBy(() -> OptimizerSpec.ADAMW.build(ParameterGroups.plain(frozen)))
                    .hasMessageContaining("'blocks.0.x', F32[2], takes no gradients");
        }
    }

    private static void step(Optimizer optimizer, Tensor variable, float... gradient) {
        gradient(variable, gradient);
        optimizer.step(new Optimizer.Settings(0.1, 0, 0.01, 0.9));
        optimizer.clear();
    }

    private Tensor variable(float... values) {
        try (Scope scope = Scope.open()) {
            return arena.keep(Tensor.of(values, values.length).learn());
        }
    }

    private static void gradient(Tensor variable, float... values) {
        try (Scope scope = Scope.open()) {
            variable.mul(1).backward(Tensor.of(values, values.length));
        }
    }

    private static float[] state(Optimizer optimizer, String name) {
        return Objects.requireNonNull(optimizer.state().get(name)).toFloats();
    }
}
