package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DepthFrameTest {
    @Test
    void takesNaNAndInfinityAsNotMeasured() {
        DepthFrame frame = DepthFrame.of(2, 2, new float[] {Float.NaN, 1.5f, Float.POSITIVE_INFINITY, 0});

        assertThat(frame.metres()).containsExactly(0, 1.5f, 0, 0);
        assertThat(frame.measured()).isEqualTo(0.25);
    }

    @Test
    void refusesNegativeDepthsWithTheirPlace() {
        assertThatThrownBy(() -> DepthFrame.of(2, 2, new float[] {1, 1, 1, -2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(1, 1)")
                .hasMessageContaining("-2.0 m");
    }

    @Test
    void refusesArraysOfAnotherLength() {
        assertThatThrownBy(() -> DepthFrame.of(3, 2, new float[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 x 2")
                .hasMessageContaining("6 depths, found 5");
    }

    @Test
    void cutsOutARectangle() {
        DepthFrame frame = DepthFrame.of(3, 2, new float[] {1, 2, 3, 4, 5, 6});

        assertThat(frame.crop(1, 0, 2, 2).metres()).containsExactly(2, 3, 5, 6);
        assertThatThrownBy(() -> frame.crop(2, 0, 2, 2)).hasMessageContaining("leaves the depth frame of 3 x 2");
    }

    @Test
    void averagesMeasuredPixelsAlone() {
        DepthFrame frame = DepthFrame.of(4, 2, new float[] {1, 3, 8, 0, 0, 2, 0, 0});

        // left: 1, 3 and 2 of four; right: 8 alone of four, and that is too few
        assertThat(frame.resized(1, 2).metres()).containsExactly(2, 0);
    }

    @Test
    void weighsPixelsByTheAreaThatTheyCover() {
        DepthFrame frame = DepthFrame.of(3, 1, new float[] {1, 2, 4});

        assertThat(frame.resized(1, 2).metres()).containsExactly((1 + 0.5f * 2) / 1.5f, (0.5f * 2 + 4) / 1.5f);
    }

    @Test
    void repeatsPixelsWhenItGrows() {
        DepthFrame frame = DepthFrame.of(2, 1, new float[] {1, 0});

        assertThat(frame.resized(2, 4).metres()).containsExactly(1, 1, 0, 0, 1, 1, 0, 0);
    }
}
