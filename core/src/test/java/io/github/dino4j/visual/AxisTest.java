package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
    private static List<String> labels(Axis axis) {
        return axis.ticks().stream().map(Axis::label).toList();
    }

    @Test
    void marksRoundValuesAroundAll() {
        assertThat(labels(Axis.linear(0.13, 0.87, 5))).containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1");
    }

    @Test
    void endsWhereItIsTold() {
        Axis axis = Axis.tight(1, 120, 6);

        assertThat(axis.at(1)).isZero();
        assertThat(axis.at(120)).isEqualTo(1);
        assertThat(labels(axis)).containsExactly("20", "40", "60", "80", "100", "120");
    }

    @Test
    void marksPowersOfTen() {
        assertThat(labels(Axis.logarithmic(3e-6, 2))).containsExactly("1e-5", "0.0001", "0.001", "0.01", "0.1", "1");
    }

    @Test
    void hasRoomAroundASingleValue() {
        Axis axis = Axis.linear(0.7, 0.7, 5);

        assertThat(axis.at(0.7)).isCloseTo(0.5, within(0.2));
        assertThat(axis.ticks()).hasSizeGreaterThan(2);
    }

    @Test
    void showsAConstantZeroBetweenOnes() {
        assertThat(labels(Axis.linear(0, 0, 5))).containsExactly("-1", "-0.5", "0", "0.5", "1");
    }

    @Test
    void writesVerySmallAndLargeValuesShort() {
        assertThat(List.of(Axis.label(2.5e-7), Axis.label(3e6), Axis.label(0.30000000000000004)))
                .containsExactly("2.5e-7", "3e6", "0.3");
    }
}
