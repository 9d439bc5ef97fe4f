package io.github.dino4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredTensorTest {
    @TempDir
    Path folder;

    @Test
    void joinsAlongTheFirstAndTheLastAxis() {
        StoredTensor a = StoredTensor.InMemory.of(new long[] {2, 2}, 1, 2, 3, 4);
        StoredTensor b = StoredTensor.InMemory.of(new long[] {2, 1}, 5, 6);

        StoredTensor columns = new StoredTensor.Concat(1, List.of(a, b));
        StoredTensor rows = new StoredTensor.Concat(0, List.of(a, a));

        assertThat(columns.shape()).containsExactly(2, 3);
        assertThat(columns.toFloats()).containsExactly(1, 2, 5, 3, 4, 6);
        assertThat(rows.toFloats()).containsExactly(1, 2, 3, 4, 1, 2, 3, 4);
    }

    @Test
    void slicesRowsAndColumnsWhereverTheTensorLies() throws IOException {
        StoredTensor memory = StoredTensor.InMemory.of(new long[] {2, 3}, 1, 2, 3, 4, 5, 6);
        Path file = Files.write(folder.resolve("t.bin"), memory.toBytes());
        StoredTensor stored = new StoredTensor.InFile(file, 0, DType.F32, new long[] {2, 3}, new long[] {3, 1});

        for (StoredTensor tensor : List.of(memory, stored)) {
            assertThat(tensor.sliced(0, 1, 1).toFloats()).containsExactly(4, 5, 6);
            assertThat(tensor.sliced(1, 1, 2).toFloats()).containsExactly(2, 3, 5, 6);
            assertThat(tensor.sliced(1, 1, 0).toFloats()).isEmpty();
            assertThat(tensor.reshaped(3, 2).shape()).containsExactly(3, 2);
            assertThatThrownBy(() -> tensor.sliced(0, 1, 2)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void staysMappableWhenSlicedByRowsOrReshaped() {
        StoredTensor stored =
                new StoredTensor.InFile(Path.of("t.bin"), 64, DType.BF16, new long[] {6, 4}, new long[] {4, 1});

        StoredTensor.InFile rows = (StoredTensor.InFile) stored.sliced(0, 2, 2).reshaped(8);

        assertThat(rows.contiguous()).isTrue();
        assertThat(rows.offset()).isEqualTo(64 + 2 * 4 * 2);
    }

    @Test
    void saysThatAFileHasBecomeShorter() throws IOException {
        Path file = Files.write(folder.resolve("t.bin"), new byte[8]);
        StoredTensor tensor = new StoredTensor.InFile(file, 0, DType.F32, new long[] {4}, new long[] {1});

        assertThatThrownBy(tensor::toFloats)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("t.bin: ends at byte 8");
    }

    @Test
    void widensEveryHalfExactly() {
        assertThat(Widening.half((short) 0x3c00)).isEqualTo(1f);
        assertThat(Widening.half((short) 0xc000)).isEqualTo(-2f);
        assertThat(Widening.half((short) 0x7bff)).isEqualTo(65504f);
        assertThat(Widening.half((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(Widening.half((short) 0x03ff)).isEqualTo(0x1p-14f - 0x1p-24f);
        assertThat(Widening.half((short) 0x8000)).isEqualTo(-0f);
        assertThat(Widening.half((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Widening.half((short) 0x7e00)).isNaN();
    }

    @Test
    void fillsWithOnesOfEveryDtype() {
        for (DType dtype : DType.values()) {
            assertThat(new StoredTensor.Filled(dtype, new long[] {3}, 1).toFloats())
                    .as("%s", dtype)
                    .containsExactly(1, 1, 1);
        }
    }

    @Test
    void refusesToJoinWhatDoesNotFit() {
        StoredTensor a = StoredTensor.InMemory.of(new long[] {2}, 1, 2);
        StoredTensor b = new StoredTensor.Filled(DType.F16, new long[] {2}, 0);

        assertThatThrownBy(() -> new StoredTensor.Concat(0, List.of(a, b)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F32[2] and F16[2]");
    }
}
