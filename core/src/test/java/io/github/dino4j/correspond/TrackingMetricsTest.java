package io.github.dino4j.correspond;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** J and F worked out by hand. */
class TrackingMetricsTest {
    private static final int SIDE = 10; // tolerance: ceil(0.008 * 14.14) = 1 pixel

    /** A square of 4 x 4 whose upper left corner stands at (x, 2). */
    private static boolean[] square(int x) {
        boolean[] mask = new boolean[SIDE * SIDE];
        for (int i = 0; i < 16; i++) {
            int column = x + i % 4;
            mask[(2 + i / 4) * SIDE + column] = true;
        }
        return mask;
    }

    @Test
    void regionIsIntersectionOverUnion() {
        // 4 x 4 moved by 3: one column of 4 in common, 28 in all
        assertThat(TrackingMetrics.region(square(2), square(5))).isEqualTo(4.0 / 28);
        assertThat(TrackingMetrics.region(square(2), square(2))).isEqualTo(1);
        assertThat(TrackingMetrics.region(square(2), new boolean[100])).isZero();
        assertThat(TrackingMetrics.region(new boolean[100], new boolean[100])).isEqualTo(1);
    }

    @Test
    void theBoundaryIsARingAroundTheUpperLeftSide() {
        boolean[] boundary = TrackingMetrics.boundary(square(2), SIDE, SIDE);

        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                boolean inside = x >= 1 && x <= 5 && y >= 1 && y <= 5;
                boolean middle = x >= 2 && x <= 4 && y >= 2 && y <= 4;
                assertThat(boundary[y * SIDE + x]).as("(%d, %d)", x, y).isEqualTo(inside && !middle);
            }
        }
    }

    @Test
    void contourCountsBoundaryPixelsWithinTheTolerance() {
        // Rings of 16 pixels, columns 1..5 and 4..8. Of the second, column 4 lies beside column 5 of the first (5
        // pixels), and
        // of its rows 1 and 5 the columns 5 and 6 lie on or beside it (4 pixels): 9 of 16; the first sees the same.
        assertThat(TrackingMetrics.contour(square(2), square(5), SIDE, SIDE)).isEqualTo(9.0 / 16);
        assertThat(TrackingMetrics.contour(square(2), square(3), SIDE, SIDE)).isEqualTo(1); // within one pixel
    }

    @Test
    void contourOfEmptyMasks() {
        boolean[] none = new boolean[100];

        assertThat(TrackingMetrics.contour(none, none, SIDE, SIDE)).isEqualTo(1);
        assertThat(TrackingMetrics.contour(square(2), none, SIDE, SIDE)).isZero();
        assertThat(TrackingMetrics.contour(none, square(2), SIDE, SIDE)).isZero();
    }

    @Test
    void precisionAndRecallDifferWhereABoundaryIsLonger() {
        boolean[] both = square(1);
        for (int y = 2; y < 6; y++) {
            both[y * SIDE + 8] = true; // a bar of 1 x 4, far from the square
        }
        // found: ring of 16, columns 0..4; and a ring of 2 x 5 = 10, columns 7..8. 16 of 26 near, and all of the true
        // one
        double precision = 16.0 / 26;

        assertThat(TrackingMetrics.contour(square(1), both, SIDE, SIDE))
                .isEqualTo(2 * precision / (precision + 1), within(1e-12));
    }

    @Test
    void averagesFramesThenObjects() {
        TrackingMetrics metrics = new TrackingMetrics();
        metrics.add("swan", 1, square(2), square(2), SIDE, SIDE); // J 1, F 1
        metrics.add("swan", 1, square(2), square(2), SIDE, SIDE);
        metrics.add("swan", 1, square(2), square(5), SIDE, SIDE); // J 1/7, F 9/16
        metrics.add("swan", 1, square(2), new boolean[100], SIDE, SIDE); // 0, 0
        metrics.add("swan", 2, square(5), square(5), SIDE, SIDE); // an object of one frame

        TrackingMetrics.OfObject first = metrics.perObject().get(0);
        assertThat(first.region().mean()).isEqualTo((2 + 1.0 / 7) / 4, within(1e-12));
        assertThat(first.region().recall()).isEqualTo(0.5);
        assertThat(first.region().decay()).isEqualTo(1 - 1.0 / 14, within(1e-12)); // frames 1, 2 against 3, 4
        assertThat(first.contour().mean()).isEqualTo((2 + 9.0 / 16) / 4, within(1e-12));
        assertThat(metrics.region().mean()).isEqualTo((first.region().mean() + 1) / 2, within(1e-12));
        assertThat(metrics.both())
                .isEqualTo((metrics.region().mean() + metrics.contour().mean()) / 2, within(1e-12));
        assertThat(metrics.table()).contains("swan, object 1").contains("mean of 2");
    }
}
