package io.github.dino4j.weights;

import static io.github.dino4j.weights.Golden.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged and hostile files: every one a clean error that names the file and the way out, and nothing runs. */
class HostileFilesTest {
    static List<Path> evil() {
        return Golden.files("backbone", "evil_.*");
    }

    @ParameterizedTest
    @MethodSource("evil")
    void refusesPickleThatCallsFunctions(Path evil) {
        assertThatThrownBy(() -> Checkpoints.open(evil))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(evil.getFileName().toString())
                .hasMessageContaining("the pickle calls 'posix.system'")
                .hasMessageContaining("ran nothing")
                .hasMessageContaining("torch.save(model.state_dict(), ...)");

        assertThat(Files.exists(Path.of("pickle_was_executed.marker"))).isFalse();
        assertThat(Files.exists(evil.resolveSibling("pickle_was_executed.marker")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "broken_empty.pth, is empty",
        "broken_short_storage.pth, storage '0' is 16 bytes long",
        "broken_truncated.pth, was cut off",
        "broken_empty.safetensors, is empty",
        "broken_gap.safetensors, leaves a gap",
        "broken_header_length.safetensors, says its header is",
        "broken_header_length_huge.safetensors, says its header is",
        "broken_not_json.safetensors, not valid JSON",
        "broken_overlap.safetensors, overlaps",
        "broken_reversed_offsets.safetensors, reversed",
        "broken_shape_overflow.safetensors, needs",
        "broken_size_mismatch.safetensors, needs",
        "broken_truncated.safetensors, cut off"
    })
    void refusesDamagedFiles(String name, String reason) {
        assertThatThrownBy(() -> Checkpoints.open(file("backbone/" + name)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(reason)
                .hasMessageMatching("(?s).*(etch it again|ownload|damaged).*");
    }
}
