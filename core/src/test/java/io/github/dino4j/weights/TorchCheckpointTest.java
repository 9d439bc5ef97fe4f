package io.github.dino4j.weights;

import static io.github.dino4j.weights.Golden.assertBitEqual;
import static io.github.dino4j.weights.Golden.file;
import static io.github.dino4j.weights.Golden.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class TorchCheckpointTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"pth_tricky_zip.pth", "pth_tricky_legacy.pth", "pth_tricky_proto4.pth"})
    void readsViewsSharedStoragesAndEveryDtype(String name) {
        StateDict tensors = TorchCheckpoint.open(file("backbone/" + name)).tensors();
        GoldenCase golden = golden("backbone/pth_tricky");

        for (GoldenCase.Output output : golden.outputs()) {
            assertBitEqual(output.name(), tensors.get(output.name()), new FloatArray(output.shape(), output.values()));
        }
        assertThat(tensors.get("empty").shape()).containsExactly(0, 3);
        assertThat(tensors.get("empty").toFloats()).isEmpty();
        assertThat(tensors.get("i64").dtype()).isEqualTo(DType.I64);
        assertThat(tensors.get("bool").dtype()).isEqualTo(DType.BOOL);
    }

    @Test
    void keepsArgumentsOfATrainingRunAsData() {
        Map<?, ?> root = (Map<?, ?>) TorchCheckpoint.open(file("backbone/ckpt_tiny_train_with_args.pth"))
                .root();

        assertThat(root.get("epoch")).isEqualTo(7L);
        assertThat((Map<?, ?>) root.get("args"))
                .hasToString("{arch=vit_small, patch_size=16, out_dim=65536, lr=5.0E-4, use_fp16=true}");
    }

    @Test
    void refusesABigEndianFile() throws IOException {
        Path file = zip(Map.of("a/data.pkl", pickle("}."), "a/byteorder", "big".getBytes(StandardCharsets.US_ASCII)));

        assertThatThrownBy(() -> TorchCheckpoint.open(file)).hasMessageContaining("byte order 'big'");
    }

    @Test
    void saysWhatATorchScriptArchiveIs() throws IOException {
        Path file = zip(Map.of("a/data.pkl", pickle("}."), "a/constants.pkl", pickle(").")));

        assertThatThrownBy(() -> TorchCheckpoint.open(file))
                .hasMessageContaining("TorchScript archive")
                .hasMessageContaining("state_dict()");
    }

    @Test
    void saysWhatATextFileIs() throws IOException {
        Path file = Files.writeString(folder.resolve("model.pth"), "404: Not Found\n");

        assertThatThrownBy(() -> Checkpoints.open(file)).hasMessageContaining("model.pth: is a text file");
    }

    @Test
    void saysWhatAGitLfsPointerIs() throws IOException {
        Path file = Files.writeString(
                folder.resolve("model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");

        assertThatThrownBy(() -> Checkpoints.open(file)).hasMessageContaining("git lfs pull");
    }

    @Test
    void refusesACompressedEntry() throws IOException {
        Path file = folder.resolve("model.pth");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("a/data.pkl"));
            zip.write(pickle("}."));
        }

        assertThatThrownBy(() -> TorchCheckpoint.open(file)).hasMessageContaining("is compressed");
    }

    @Test
    void refusesNestingThatWouldOverflowAStack() throws IOException {
        String tuples = ")" + "\u0085".repeat(100_000) + ".";
        String lists = "]".repeat(100_000) + "a".repeat(99_999) + ".";
        String marks = "(".repeat(100_000) + ".";

        for (String bomb : new String[] {tuples, lists, marks}) {
            Path file = zip(Map.of("a/data.pkl", pickle(bomb)));
            assertThatThrownBy(() -> TorchCheckpoint.open(file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("deep");
        }
    }

    @Test
    void refusesAListThatContainsItself() throws IOException {
        Path file = zip(Map.of("a/data.pkl", pickle("]q\0h\0a.")));

        assertThatThrownBy(() -> TorchCheckpoint.open(file)).hasMessageContaining("contains itself");
    }

    @Test
    void readsSharedStructureInLinearTime() throws IOException {
        // Each list holds the one before it twice: 2^150 leaves if anything walked them all.
        StringBuilder doubling = new StringBuilder("]q\0");
        for (int i = 0; i < 150; i++) {
            doubling.append("0](h\0h\0eq\0");
        }
        // A tuple of such tuples as a dict key would be hashed by a naive reader.
        Path file = zip(Map.of("a/data.pkl", pickle("}" + doubling + "0h\0\u0085K\1s.")));

        assertThat(TorchCheckpoint.open(file).root()).isInstanceOf(Map.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "X\u00ff\u00ff\u00ff\u007f",
                "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
                "t.",
                "h\5.",
                "0.",
                "K\1a.",
                "}K\1K\2}s.",
                "K\1(K\1e.",
                "\u0095"
            })
    void refusesPicklesThatMakeNoSense(String text) throws IOException {
        Path file = zip(Map.of("a/data.pkl", pickle(text)));

        assertThatThrownBy(() -> TorchCheckpoint.open(file)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void neverFailsWithAnythingButACheckpointExceptionOnDamagedBytes() throws IOException {
        byte[] good = Files.readAllBytes(file("backbone/pth_tricky_zip.pth"));
        byte[] legacy = Files.readAllBytes(file("backbone/pth_tricky_legacy.pth"));
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = (round % 2 == 0 ? good : legacy).clone();
            for (int i = 0; i <= round % 4; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged.pth"), damaged);
            try {
                TorchCheckpoint.open(file).tensors().tensors().values().forEach(StoredTensor::toFloats);
            } catch (CheckpointException expected) {
                assertThat(expected).hasMessageContaining("damaged.pth");
            }
        }
    }

    private static byte[] pickle(String opcodes) {
        byte[] body = opcodes.getBytes(StandardCharsets.ISO_8859_1);
        byte[] pickle = new byte[body.length + 2];
        pickle[0] = (byte) 0x80;
        pickle[1] = 2;
        System.arraycopy(body, 0, pickle, 2, body.length);
        return pickle;
    }

    private Path zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                CRC32 crc = new CRC32();
                crc.update(entry.getValue());
                ZipEntry header = new ZipEntry(entry.getKey());
                header.setMethod(ZipEntry.STORED);
                header.setSize(entry.getValue().length);
                header.setCrc(crc.getValue());
                zip.putNextEntry(header);
                zip.write(entry.getValue());
            }
        }
        Path file = folder.resolve("model" + System.nanoTime() + ".pth");
        try (OutputStream out = Files.newOutputStream(file)) {
            bytes.writeTo(out);
        }
        return file;
    }
}
