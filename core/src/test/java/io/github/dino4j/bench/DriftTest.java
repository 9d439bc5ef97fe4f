package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class DriftTest {
    @Test
    void isNothingBetweenEquals() {
        Drift.Meter meter = new Drift.Meter();
        meter.add(new float[] {1, 2, 3, 4}, new float[] {1, 2, 3, 4}, 2);

        Drift drift = meter.drift();

        assertThat(drift.maxAbs()).isZero();
        assertThat(drift.cosine()).isCloseTo(1, within(1e-12));
        assertThat(drift.worstCosine()).isCloseTo(1, within(1e-12));
        assertThat(drift.neighbours()).isEqualTo(1);
    }

    @Test
    void findsTheLargestDifferenceAndTheTokenThatTurnedFurthest() {
        Drift.Meter meter = new Drift.Meter();
        meter.add(
                new float[] {100, 0, 1, 0}, new float[] {100, 0, 0, 1.5f}, 2); // the second token turned by 90 degrees
        meter.add(new float[] {0, 1, 1, 1}, new float[] {0, 1, 2, 2}, 2); // and here one is longer

        Drift drift = meter.drift();

        assertThat(drift.maxAbs()).isEqualTo(1.5);
        assertThat(drift.worstCosine()).isCloseTo(0, within(1e-12));
        assertThat(drift.cosine()).isCloseTo(10005 / Math.sqrt(10004 * 10011.25), within(1e-9));
        assertThat(drift.images()).isEqualTo(2);
    }

    @Test
    void tellsOfValuesThatAreNoNumbers() {
        Drift.Meter meter = new Drift.Meter();
        meter.add(new float[] {1, 0, 1, 0}, new float[] {Float.NaN, 0, 1, 0}, 2);

        assertThat(meter.drift().maxAbs()).isNaN();
        assertThat(meter.drift().worstCosine()).isNaN();
    }

    @Test
    void countsImagesWhoseNearestImageStays() {
        List<float[]> before = List.of(vector(0), vector(10), vector(50), vector(58));
        List<float[]> after = List.of(vector(0), vector(10), vector(25), vector(58)); // the third: 10 is nearer now

        assertThat(Drift.agreement(before, before)).isEqualTo(1);
        assertThat(Drift.agreement(before, after)).isEqualTo(0.75);
        assertThat(Drift.agreement(before.subList(0, 1), after.subList(0, 1))).isEqualTo(1);
    }

    @Test
    void refusesTokensOfAnotherNumber() {
        assertThatThrownBy(() -> new Drift.Meter().add(new float[4], new float[2], 2))
                .hasMessageContaining("4 and 2 values");
    }

    private static float[] vector(double degrees) {
        return new float[] {(float) Math.cos(Math.toRadians(degrees)), (float) Math.sin(Math.toRadians(degrees))};
    }
}
