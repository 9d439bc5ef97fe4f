package io.github.dino4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeterministicFillTest {
    @Test
    void givesTheBitsOfTheReferenceFormula() {
        float[] values = DeterministicFill.fill("cls_token", 3, 0.0, 0.5);

        // Computed with the formula written out in Python, arbitrary precision integers.
        assertThat(values).containsExactly(-0.01141125f, -0.15368879f, 0.0052475333f);
    }

    @Test
    void differsByName() {
        assertThat(DeterministicFill.fill("a", 4, 0, 1)).isNotEqualTo(DeterministicFill.fill("b", 4, 0, 1));
    }
}
