package io.github.dino4j.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolingTest {
    /** One image with class token (5, 6) and two patches (1, -2) and (3, 4). */
    private static float[] pooled(Pooling pooling) {
        try (Scope scope = Scope.inference()) {
            return pooling.of(new Tokens(
                            Tensor.of(new float[] {5, 6}, 1, 2),
                            Tensor.zeros(1, 0, 2),
                            Tensor.of(new float[] {1, -2, 3, 4}, 1, 2, 2),
                            1,
                            2))
                    .toFloats();
        }
    }

    @Test
    void tokensBecomeOneVectorInEachWay() {
        assertThat(pooled(Pooling.CLS)).containsExactly(5, 6);
        assertThat(pooled(Pooling.MEAN)).containsExactly(2, 1);
        assertThat(pooled(Pooling.CLS_MEAN)).containsExactly(5, 6, 2, 1);
        // Column 1: ((1^4 + 3^4) / 2)^(1/4); column 2: -2 is raised to 1e-6, (4^4 / 2)^(1/4).
        double first = Math.pow((1 + 81) / 2.0, 0.25);
        double second = Math.pow(256 / 2.0, 0.25);
        assertThat(pooled(Pooling.gem(4))).containsExactly(new float[] {(float) first, (float) second}, within(1e-5f));
        assertThat(pooled(Pooling.clsGem(4))).hasSize(4).startsWith(5, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cls", "mean", "cls+mean", "gem-4", "cls+gem-3", "cls+gem-2.5"})
    void itsTextIsReadAgain(String text) {
        assertThat(Pooling.of(text).describe()).isEqualTo(text);
        assertThat(Pooling.of(text).width(7)).isEqualTo(text.contains("+") ? 14 : 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+", "cls+", "+mean", "clsmean", "max", "gem-0", "gem-1.2.3"})
    void anotherTextIsRefused(String text) {
        assertThatThrownBy(() -> Pooling.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whiteningDividesByTheDeviationAlongEachAxisAndTakesTheMeanAway() {
        // Second moments about 0 of the set (2, 0), (-2, 0), (0, 1), (0, -1): 2 and 1/2 along the axes; its mean is 0.
        Whitening plain = Whitening.fit(
                FeatureRows.of(new float[] {2, 0}, new float[] {-2, 0}, new float[] {0, 1}, new float[] {0, -1}));
        assertThat(length(plain.apply(new float[] {2, 0}))).isCloseTo(2 / Math.sqrt(2), within(1e-5));
        assertThat(length(plain.apply(new float[] {0, 1}))).isCloseTo(1 / Math.sqrt(0.5), within(1e-5));

        // One vector (3, 4) as set: it is the mean, so it becomes 0; across it there is no spread, only the floor 1e-5
        // * 25.
        Whitening one = Whitening.fit(FeatureRows.of(new float[] {3, 4}));
        assertThat(length(one.apply(new float[] {3, 4}))).isCloseTo(0, within(1e-5));
        assertThat(length(one.apply(new float[] {6, 8}))).isCloseTo(5 / 5.0, within(1e-4));
        assertThat(length(one.apply(new float[] {3 - 4, 4 + 3}))).isCloseTo(5 / Math.sqrt(1e-5 * 25), within(0.1));
        assertThatThrownBy(() -> one.apply(new float[3])).hasMessageContaining("2 values");
    }

    private static double length(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
