package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gradients [3, 4] and [12] in the backbone, [84] in the head: norms 5, 12 and 84; 13 and 84; 85. */
class GradientClipTest {
    private final Scope scope = Scope.open();
    private final Map<String, Tensor> variables = new LinkedHashMap<>(Map.of(
            "backbone.a", variable(3, 4),
            "backbone.b", variable(12),
            "head.c", variable(84)));

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void tellsTheNormAndChangesNothing() {
        assertThat(GradientClip.NONE.apply(variables)).isEqualTo(85, within(1e-4));
        assertThat(gradient("head.c")).isEqualTo(84);
    }

    @Test
    void clipsAllTogether() {
        double norm = new GradientClip.TotalNorm(8.5).apply(variables);
        assertThat(norm).isEqualTo(85, within(1e-4));
        assertThat(gradient("head.c")).isEqualTo(8.4f, within(1e-5f));
        assertThat(gradient("backbone.b")).isEqualTo(1.2f, within(1e-5f));
    }

    @Test
    void clipsEachVariableByItsOwnNorm() {
        new GradientClip.EachVariable(6).apply(variables);
        assertThat(gradient("backbone.a")).isEqualTo(3);
        assertThat(gradient("backbone.b")).isEqualTo(6, within(1e-5f));
        assertThat(gradient("head.c")).isEqualTo(6, within(1e-5f));
    }

    @Test
    void clipsEachPartByTheNormOfItsGradients() {
        double norm = new GradientClip.EachPart(26, List.of("backbone.", "head.")).apply(variables);
        assertThat(norm).isEqualTo(85, within(1e-4));
        assertThat(gradient("backbone.b")).isEqualTo(12);
        assertThat(gradient("head.c")).isEqualTo(26, within(1e-5f));
    }

    @Test
    void refusesABoundOfZero() {
        assertThatThrownBy(() -> new GradientClip.TotalNorm(0)).hasMessageContaining("must be positive, not 0.0");
    }

    private float gradient(String name) {
        return java.util.Objects.requireNonNull(variables.get(name)).grad().toFloats()[0];
    }

    private static Tensor variable(float... gradient) {
        Tensor variable = Tensor.zeros(gradient.length).learn();
        variable.mul(1).backward(Tensor.of(gradient, gradient.length));
        return variable;
    }
}
