package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimesTest {
    @Test
    void takesTheMiddleOfOddAndEvenNumbersOfRounds() {
        assertThat(new Times(List.of(3.0, 1.0, 9.0)).median()).isEqualTo(3);
        assertThat(new Times(List.of(4.0, 1.0, 2.0, 9.0)).median()).isEqualTo(3);
        assertThat(new Times(List.of(4.0, 1.0, 2.0, 9.0)).min()).isEqualTo(1);
        assertThat(new Times(List.of(4.0, 1.0, 2.0, 9.0)).max()).isEqualTo(9);
        assertThatThrownBy(() -> new Times(List.of())).hasMessageContaining("no round");
    }
}
