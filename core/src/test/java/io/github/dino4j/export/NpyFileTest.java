package io.github.dino4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
    @TempDir
    private Path folder;

    @Test
    void writesTheHeaderThatNumpyWrites() throws IOException {
        NpyFile.write(folder.resolve("a.npy"), new float[6], 2, 3);

        byte[] file = Files.readAllBytes(folder.resolve("a.npy"));
        String text = new String(file, StandardCharsets.ISO_8859_1);
        assertThat(text.substring(10, 128).strip())
                .isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
        assertThat(file).hasSize(128 + 6 * 4); // NumPy aligns the values to 64 bytes
    }

    @Test
    void writesOneAxisAsATuple() throws IOException {
        NpyFile.write(folder.resolve("a.npy"), new float[] {1, 2}, 2);

        assertThat(Files.readString(folder.resolve("a.npy"), StandardCharsets.ISO_8859_1))
                .contains("'shape': (2,), }");
        assertThat(NpyFile.read(folder.resolve("a.npy")).shape()).containsExactly(2);
    }

    @Test
    void readsBackMoreThanOneBufferOfValues() throws IOException {
        float[] values = new float[40_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }

        NpyFile.write(folder.resolve("a.npy"), values, 200, 200);

        assertThat(NpyFile.read(folder.resolve("a.npy")).values()).isEqualTo(values);
    }

    @Test
    void refusesValuesThatDoNotFillTheShape() {
        assertThatThrownBy(() -> NpyFile.write(folder.resolve("a.npy"), new float[5], 2, 3))
                .hasMessage("5 values do not fill an array of [2, 3]");
    }

    @Test
    void refusesAFileThatIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("a.npy"), "not an array");

        assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("a.npy: not a .npy file");
    }

    @Test
    void refusesAHeaderThatIsCutOff() throws IOException {
        NpyFile.write(folder.resolve("a.npy"), new float[1], 1);
        byte[] whole = Files.readAllBytes(folder.resolve("a.npy"));
        Path file = Files.write(folder.resolve("b.npy"), Arrays.copyOf(whole, 40));

        assertThatThrownBy(() -> NpyFile.read(file))
                .hasMessageContaining("b.npy: the header of the .npy file is cut off");
    }
}
