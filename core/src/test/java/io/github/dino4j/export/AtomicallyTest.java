package io.github.dino4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicallyTest {
    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void writeAnOlderFile() throws IOException {
        file = Files.writeString(folder.resolve("model"), "old");
    }

    @Test
    void replacesAFileTogetherWithItsCompanions() throws IOException {
        Path data = Files.writeString(folder.resolve("model.data"), "old data");

        List<Path> written = Atomically.writeWithCompanions(file, temporary -> {
            Files.writeString(temporary.resolve("model"), "new");
            Files.writeString(temporary.resolve("model.data"), "new data");
        });

        assertThat(written).containsExactly(file, data);
        assertThat(file).hasContent("new");
        assertThat(data).hasContent("new data");
        assertThat(names()).containsExactly("model", "model.data");
    }

    @Test
    void leavesTheOlderFileAloneWhenTheNewOneFails() throws IOException {
        assertThatThrownBy(() -> Atomically.writeWithCompanions(file, temporary -> {
                    Files.writeString(temporary.resolve("model.data"), "half");
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");
        assertThatThrownBy(() -> Atomically.write(file, temporary -> {
                    Files.writeString(temporary, "half");
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");

        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("model");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
