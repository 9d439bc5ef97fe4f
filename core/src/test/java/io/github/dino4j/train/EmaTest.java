package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EmaTest {
    @Test
    void startsWithTheValuesAndFollowsThem() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {1}, 1).learn();
            try (Ema ema = Ema.of(Map.of("x", x))) {
                x.copyFrom(Tensor.of(new float[] {5}, 1));
                ema.update(0.75);
                assertThat(average(ema)).containsExactly(2);
            }
        }
    }

    @Test
    void putsAveragesInPlaceAndTakesThemBack() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {1}, 1).learn();
            try (Ema ema = Ema.of(Map.of("x", x))) {
                x.copyFrom(Tensor.of(new float[] {5}, 1));
                try (Ema.Swapped averaged = ema.swap()) {
                    assertThat(x.toFloats()).containsExactly(1);
                }
                assertThat(x.toFloats()).containsExactly(5);
                assertThat(average(ema)).containsExactly(1);
            }
        }
    }

    @Test
    void namesAWeightThatTheTeacherLacks() {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> student = Map.of("head.x", Tensor.zeros(1));
            assertThatThrownBy(() -> Ema.into(Map.of(), student)).hasMessageContaining("no weight 'head.x'");
        }
    }

    private static float[] average(Ema ema) {
        return Objects.requireNonNull(ema.averages().get("x")).toFloats();
    }
}
