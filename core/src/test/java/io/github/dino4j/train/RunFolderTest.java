package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RunFolderTest {
    @Test
    void refusesARunWhoseCheckpointsDoNotFitOnTheDisk() {
        Path folder = Path.of("runs/first");

        assertThatThrownBy(() -> RunFolder.requireRoom(folder, 40_000_000, 3, 119_000_000))
                .isInstanceOf(TrainingException.class)
                .hasMessageContainingAll("runs/first", "3 times 40.0 MB", "119.0 MB left", "keep_best");
        assertThatCode(() -> RunFolder.requireRoom(folder, 40_000_000, 3, 120_000_000))
                .doesNotThrowAnyException();
    }
}
