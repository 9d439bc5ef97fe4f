package io.github.dino4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenCaseTest {
    @TempDir
    Path folder;

    private Path json;

    @BeforeEach
    void writeACase() throws IOException {
        json = folder.resolve("tiny.json");
        Files.writeString(json, """
                {"case": "tiny", "source": "nobody", "config": {"dim": 4},
                 "fill": [{"name": "w", "shape": [2, 2], "offset": 1.0, "scale": 0.5}], "fixed": ["mask"],
                 "inputs": [{"name": "x", "shape": [3], "offset": 0.0, "scale": 1.0},
                            {"name": "labels", "shape": [2], "stored": true}],
                 "outputs": [{"name": "all", "shape": [], "stored": "full"},
                             {"name": "some", "shape": [10], "stored": "sampled"}]}
                """);
        String header = """
                {"weight:mask": {"dtype": "BOOL", "shape": [2], "data_offsets": [0, 2]},
                 "input:labels": {"dtype": "I64", "shape": [2], "data_offsets": [2, 18]},
                 "output:all": {"dtype": "F16", "shape": [1], "data_offsets": [18, 20]},
                 "output:some": {"dtype": "BF16", "shape": [4], "data_offsets": [20, 28]}}""";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + 28).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text);
        bytes.put((byte) 1).put((byte) 0).putLong(-3).putLong(7).putShort((short) 0x3e00); // 1.5
        for (float value : new float[] {0, 2, 5, 7}) {
            bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
        }
        Files.write(folder.resolve("tiny.safetensors"), bytes.array());
    }

    @Test
    void givesFilledAndStoredTensorsOfEveryDtype() {
        GoldenCase golden = GoldenCase.read(json);

        assertThat(golden.weights()).containsOnlyKeys("w", "mask");
        assertThat(golden.fill().get(0).toArray().values()).isEqualTo(DeterministicFill.fill("w", 4, 1.0, 0.5));
        assertThat(golden.input("x").values()).isEqualTo(DeterministicFill.fill("input:x", 3, 0, 1));
        assertThat(golden.input("labels").values()).containsExactly(-3, 7);
        assertThat(golden.output("all").values()).containsExactly(1.5f);
        assertThat(golden.config().path("dim").asInt()).isEqualTo(4);
        assertThatThrownBy(() -> golden.input("y")).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void comparesSamplesWithTheirPlacesInTheFullTensor() {
        GoldenCase golden = GoldenCase.read(json);
        float[] full = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

        assertThat(golden.maxAbsError(golden.output("some"), full)).isZero(); // indices 0, 2, 5, 7
        full[5] = 5.25f;
        assertThat(golden.maxAbsError(golden.output("some"), full)).isEqualTo(0.25);
        full[7] = Float.NaN;
        assertThat(golden.maxAbsError(golden.output("some"), full)).isInfinite();
        assertThatThrownBy(() -> golden.maxAbsError(golden.output("some"), new float[4]))
                .hasMessageContaining("[10] (10 values), got 4 values");
    }
}
