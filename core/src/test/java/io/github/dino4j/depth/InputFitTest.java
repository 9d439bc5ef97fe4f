package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputFitTest {
    private static Tensor numbers(int height, int width) {
        float[] values = new float[height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return Tensor.of(values, 1, 1, height, width);
    }

    @Test
    void putsTheLargerHalfOfThePaddingRightAndBelow() {
        try (Scope scope = Scope.inference()) {
            Tensor fitted = InputFit.CENTRE_PADDING.apply(numbers(1, 1), 4);

            assertThat(fitted.toFloats()).containsExactly(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"13, 22", "16, 17", "15, 16", "1, 31"})
    void cutsOffExactlyWhatItPadded(int height, int width) {
        try (Scope scope = Scope.inference()) {
            Tensor image = numbers(height, width);
            Tensor fitted = InputFit.CENTRE_PADDING.apply(image, 16);

            Tensor back = InputFit.CENTRE_PADDING.undo(fitted, height, width, 16);

            assertThat(back.toFloats()).containsExactly(image.toFloats());
        }
    }

    @Test
    void stretchesToTheNextMultiple() {
        try (Scope scope = Scope.inference()) {
            assertThat(InputFit.STRETCH.apply(numbers(13, 33), 16).shape()).containsExactly(1, 1, 16, 48);
        }
    }

    @Test
    void leavesAMultipleAlone() {
        try (Scope scope = Scope.inference()) {
            Tensor image = numbers(16, 32);

            assertThat(InputFit.CENTRE_PADDING.apply(image, 16)).isSameAs(image);
        }
    }
}
