package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.predict.Features;
import org.junit.jupiter.api.Test;

class TokenNormsTest {
    private final Features image = Made.features(1, 4, 2, 3, 4, 0, 5, 5, 0, 30, 40);

    @Test
    void measuresTokens() {
        assertThat(TokenNorms.of(image)).containsExactly(new float[] {5, 5, 5, 50}, within(1e-5f));
        assertThat(TokenNorms.heatMap(image).low()).isZero();
    }

    @Test
    void countsArtefacts() {
        assertThat(TokenNorms.artefacts(TokenNorms.of(image))).isEqualTo(1);
    }
}
