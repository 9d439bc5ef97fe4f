package io.github.dino4j.weights;

import static io.github.dino4j.weights.Golden.assertBitEqual;
import static io.github.dino4j.weights.Golden.file;
import static io.github.dino4j.weights.Golden.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void readsTheTinyGoodFile() {
        StateDict tensors = Safetensors.open(file("backbone/st_tiny_ok.safetensors"));

        for (GoldenCase.Output output : golden("backbone/st_tiny_values").outputs()) {
            assertBitEqual(output.name(), tensors.get(output.name()), new FloatArray(output.shape(), output.values()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':{'dtype':'F8_E4M3','shape':[1],'data_offsets':[0,1]}} | F8_E4M3",
                "{'a':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}} | '-1'",
                "{'a':{'dtype':'U8','shape':[1.0],'data_offsets':[0,1]}} | '1.0'",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0]}} | two data_offsets",
                "{'a':{'shape':[1],'data_offsets':[0,1]}} | without dtype",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'a':{'dtype':'U8','shape':[0],'data_offsets':[1,1]}} | Duplicate field 'a'",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}} {} | not valid JSON",
                "[1] | no JSON object",
                "{'a':{'dtype':'I64','shape':[4294967296,4294967296],'data_offsets':[0,0]}} | needs 147573952589676412928",
                "{} | has 1 bytes of data, its tensors need 0"
            })
    void refusesHeadersThatAreWrong(String header, String reason) throws IOException {
        Path file = write(header.replace('\'', '"'), new byte[1]);

        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void refusesAHeaderAsDeepAsItIsLong() throws IOException {
        Path file = write("{\"a\":" + "[".repeat(1_000_000), new byte[0]);

        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void acceptsScalarsAndEmptyTensors() throws IOException {
        Path file = write(
                "{\"s\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},"
                        + "\"e\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[1,1]}}",
                new byte[] {7});

        assertThat(Safetensors.open(file).get("s").toFloats()).containsExactly(7);
        assertThat(Safetensors.open(file).get("e").elements()).isZero();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void writesEveryDtypeAsItWas(DType dtype) {
        byte[] bytes = new byte[6 * dtype.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 37 * i + 11);
        }
        Path file = folder.resolve("all.safetensors");
        StoredTensor tensor = new StoredTensor.InMemory(dtype, new long[] {2, 3}, bytes);

        Safetensors.write(file, Map.of("t", tensor, "odd", one(DType.U8), "wide", one(DType.F64)), Map.of("a", "b"));

        StoredTensor back = Safetensors.open(file).get("t");
        assertThat(back.dtype()).isEqualTo(dtype);
        assertThat(back.shape()).containsExactly(2, 3);
        assertThat(back.toBytes()).isEqualTo(bytes);
        assertThat(back.toFloats()).isEqualTo(tensor.toFloats());
        assertThat(Safetensors.metadata(file)).containsExactly(Map.entry("a", "b"));
    }

    @Test
    void alignsEveryTensorToItsElements() {
        Path file = folder.resolve("aligned.safetensors");
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (DType dtype : DType.values()) {
            tensors.put("z" + dtype, one(dtype));
            tensors.put("a" + dtype, one(dtype));
        }

        Safetensors.write(file, tensors, Map.of());

        Safetensors.open(file)
                .tensors()
                .forEach((name, tensor) -> assertThat(((StoredTensor.InFile) tensor).offset()
                                % tensor.dtype().bytes())
                        .as(name)
                        .isZero());
    }

    @Test
    void leavesAnExistingFileAloneWhenATensorCannotBeRead() throws IOException {
        Path target = Files.writeString(folder.resolve("model.safetensors"), "precious");
        StoredTensor gone =
                new StoredTensor.InFile(folder.resolve("gone.bin"), 0, DType.F32, new long[] {4}, new long[] {1});

        assertThatThrownBy(() -> Safetensors.write(target, Map.of("a", one(DType.F32), "b", gone), Map.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("gone.bin");

        assertThat(Files.readString(target)).isEqualTo("precious");
        assertThat(listing()).containsExactly("model.safetensors");
    }

    @Test
    void saysThatAFolderCannotBeWrittenTo() {
        Path target = folder.resolve("missing/model.safetensors");

        assertThatThrownBy(() -> Safetensors.write(target, Map.of("a", one(DType.F32)), Map.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(target.toString())
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("free space");
    }

    @Test
    void leavesNothingBehindWhenAWriteStopsHalfWay() throws IOException {
        // Stands for a full disk: the write fails half-way through a tensor.
        Path half = Files.write(folder.resolve("half.bin"), new byte[1 << 20]);
        StoredTensor tensor = new StoredTensor.InFile(half, 0, DType.U8, new long[] {2 << 20}, new long[] {1});

        assertThatThrownBy(() -> Safetensors.write(folder.resolve("out.safetensors"), Map.of("a", tensor), Map.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("half.bin");

        assertThat(listing()).containsExactly("half.bin");
    }

    @Test
    void opensAHugeFileAtOnceAndReadsBeyondTwoGibibytes() throws IOException {
        long rows = 3 << 10; // 1 MiB a row: 3 GiB
        long width = 1 << 18;
        String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[" + rows + "," + width + "],\"data_offsets\":[0,"
                + rows * width * 4 + "]}}";
        Path file = write(header, new byte[0]);
        long data = Files.size(file);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(data + rows * width * 4);
            sparse.seek(data + (rows - 2) * width * 4);
            sparse.write(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(42)
                    .array());
        }

        StoredTensor tensor = Assertions.assertTimeout(
                Duration.ofMillis(500), () -> Safetensors.open(file).get("w"));

        assertThat(tensor.bytes()).isEqualTo(3L << 30);
        assertThat(tensor.sliced(0, rows - 2, 1).sliced(1, 0, 2).toFloats()).containsExactly(42, 0);
        assertThatThrownBy(tensor::toBytes).hasMessageContaining("too many for one Java array");
        Files.delete(file);
    }

    private static StoredTensor one(DType dtype) {
        return new StoredTensor.Filled(dtype, new long[] {1}, 1);
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private Path write(String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text).put(data);
        return Files.write(folder.resolve("test.safetensors"), bytes.array());
    }

    @Test
    void shardsHoldEveryTensorOnceAndOpenByTheirIndex(@TempDir Path parent) throws IOException {
        Path folder = parent.resolve("sharded");
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 5; i++) {
            tensors.put("t" + i, StoredTensor.InMemory.of(new long[] {100}, new float[100]));
        }
        tensors.put("t2", StoredTensor.InMemory.of(new long[] {3}, 1, 2, 3));

        Safetensors.writeSharded(folder, tensors, Map.of(), 900);

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()).sorted())
                    .containsExactly(
                            "model-00001-of-00002.safetensors",
                            "model-00002-of-00002.safetensors",
                            "model.safetensors.index.json");
        }
        StateDict read =
                Shards.open(folder.resolve("model.safetensors.index.json")).tensors();
        assertThat(read.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
        assertThat(read.get("t2").toFloats()).containsExactly(1, 2, 3);
    }
}
