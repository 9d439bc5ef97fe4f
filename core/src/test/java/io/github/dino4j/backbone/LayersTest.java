package io.github.dino4j.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LayersTest {
    @Test
    void lastCountsFromTheEndAndStopsAtTheFirst() {
        assertThat(Layers.last(4).indices(12)).containsExactly(8, 9, 10, 11);
        assertThat(Layers.last(4).indices(3)).containsExactly(0, 1, 2);
    }

    @Test
    void givenIndicesComeInAscendingOrder() {
        assertThat(Layers.of(11, 2, 5, 2).indices(12)).containsExactly(2, 5, 11);
    }

    @Test
    void fourEvenlyIsThePapersChoice() {
        assertThat(Layers.fourEvenly(12).indices(12)).containsExactly(2, 5, 8, 11);
        assertThat(Layers.fourEvenly(24).indices(24)).containsExactly(4, 11, 17, 23); // not 5: a habit of the release
        assertThat(Layers.fourEvenly(40).indices(40)).containsExactly(9, 19, 29, 39);
    }

    @Test
    void namesTheLayersThatExist() {
        assertThatThrownBy(() -> Layers.of(12).indices(12))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 12 does not exist")
                .hasMessageContaining("0 to 11");
    }
}
