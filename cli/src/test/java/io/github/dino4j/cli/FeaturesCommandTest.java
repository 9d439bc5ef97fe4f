package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.Dino;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.Features;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeaturesCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");
    private static final Path DOGS = Cli.SAMPLES.resolve("dogs.jpg");

    @TempDir
    private Path folder;

    private static Cli features(Object... rest) {
        Object[] all = new Object[rest.length + 4];
        System.arraycopy(new Object[] {"features", "-q", "-m", Cli.MODEL}, 0, all, 0, 4);
        System.arraycopy(rest, 0, all, 4, rest.length);
        return Cli.run(all);
    }

    /** What the library gives for one image. */
    private static Features expected(Path image) {
        try (Dino dino = Dino.load(Cli.MODEL)) {
            return dino.with(dino.transform().withSizing(new Sizing.Exact(96, 96)))
                    .features(image);
        }
    }

    private static float[] npy(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int start = 10 + bytes.getShort(8);
        assertThat(start % 64).isZero();
        float[] values = new float[(bytes.limit() - start) / 4];
        bytes.position(start).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static String npyHeader(Path file) throws IOException {
        return new String(Files.readAllBytes(file), 10, 100, StandardCharsets.ISO_8859_1);
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).containsExactly(expected, Assertions.offset(1e-5f));
    }

    @Test
    void writesClassTokensAsNpyWithAnIndex() throws IOException {
        Path out = folder.resolve("f.npy");

        features("--size", 96, "-o", out, CAT, DOGS).exits(0);

        float[] values = npy(out);
        assertThat(npyHeader(out)).startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 48), }");
        assertClose(Arrays.copyOf(values, 48), expected(CAT).embedding());
        assertClose(Arrays.copyOfRange(values, 48, 96), expected(DOGS).embedding());
        JsonNode index =
                new ObjectMapper().readTree(folder.resolve("f.npy.json").toFile());
        assertThat(index.at("/images/1/path").asText()).isEqualTo(DOGS.toString());
        assertThat(index.at("/images/1/grid").toString()).isEqualTo("[6,6]");
        assertThat(index.at("/kind").asText()).isEqualTo("cls");
        assertThat(index.at("/transform").asText()).contains("96 x 96");
        assertThat(Cli.files(folder)).containsExactly("f.npy", "f.npy.json");
    }

    @Test
    void writesPatchesAndBothTokens() throws IOException {
        Path mean = folder.resolve("mean.npy");
        Path both = folder.resolve("both.npy");
        Path dense = folder.resolve("dense.npy");

        features("--size", 96, "-k", "mean-patch", "-o", mean, CAT).exits(0);
        features("--size", 96, "-k", "cls-mean-patch", "-o", both, CAT).exits(0);
        features("--size", 96, "-k", "dense", "-o", dense, CAT).exits(0);

        Features expected = expected(CAT);
        assertClose(npy(mean), expected.meanPatch());
        assertClose(Arrays.copyOf(npy(both), 48), expected.embedding());
        assertClose(Arrays.copyOfRange(npy(both), 48, 96), expected.meanPatch());
        assertThat(npyHeader(dense)).contains("'shape': (1, 6, 6, 48)");
        assertClose(npy(dense), expected.patches());
    }

    @Test
    void writesSafetensors() {
        Path out = folder.resolve("f.safetensors");
        Path dense = folder.resolve("d.safetensors");

        features("--size", 96, "-o", out, CAT, DOGS).exits(0);
        features("--size", 96, "--sizing", "keep-aspect", "-k", "dense", "-o", dense, CAT, DOGS)
                .exits(0);

        float[] values = Safetensors.open(out).get("features").toFloats();
        assertClose(Arrays.copyOf(values, 48), expected(CAT).embedding());
        Map<String, String> metadata = Safetensors.metadata(out);
        assertThat(metadata).containsEntry("kind", "cls").containsKeys("model", "weights", "transform", "dim");
        assertThat(metadata.get("paths")).contains("cat.jpg", "dogs.jpg");
        StateDict tensors = Safetensors.open(dense);
        assertThat(tensors.get(CAT.toString()).shape()).containsExactly(6, 9, 48);
    }

    @Test
    void writesTextFormats() throws IOException {
        Path jsonl = folder.resolve("f.jsonl");
        Path csv = folder.resolve("f.csv");

        features("--size", 96, "-o", jsonl, CAT, DOGS).exits(0);
        features("--size", 96, "-o", csv, CAT, DOGS).exits(0);

        JsonNode line = new ObjectMapper().readTree(Files.readAllLines(jsonl).get(1));
        assertThat(line.path("path").asText()).isEqualTo(DOGS.toString());
        assertThat(line.path("grid").toString()).isEqualTo("[6,6]");
        float[] fromJson = new float[48];
        for (int i = 0; i < 48; i++) {
            fromJson[i] = line.path("embedding").get(i).floatValue();
        }
        assertClose(fromJson, expected(DOGS).embedding());
        List<String> rows = Files.readAllLines(csv);
        assertThat(rows.get(0)).startsWith("path,f0,f1,").endsWith(",f47");
        String[] cells = rows.get(1).split(",", -1);
        assertThat(cells).hasSize(49);
        assertThat(Float.parseFloat(cells[1])).isCloseTo(expected(CAT).embedding()[0], Assertions.offset(1e-5f));
    }

    @Test
    void goesOnWithoutDamagedImagesAndTells() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        Files.copy(CAT, photos.resolve("a.jpg"));
        Files.write(photos.resolve("b.jpg"), Arrays.copyOf(Files.readAllBytes(DOGS), 20_000));
        Files.createFile(photos.resolve("c.jpg"));
        Files.copy(DOGS, photos.resolve("d.jpg"));
        Path out = folder.resolve("f.npy");

        Cli run = features("--size", 96, "-o", out, "--json", photos).exits(3);

        assertThat(run.err()).contains("b.jpg: JPEG cut short", "c.jpg: the file is empty (0 bytes)");
        assertThat(run.json().path("written").asInt()).isEqualTo(2);
        assertThat(run.json().path("failed")).hasSize(2);
        assertClose(Arrays.copyOfRange(npy(out), 48, 96), expected(DOGS).embedding());
        features("--size", 96, "-o", out, "--skip-unreadable", photos).exits(0);
    }

    @Test
    void resizesFastWhereAskedAndSaysSoInTheFile() {
        Path exact = folder.resolve("exact.safetensors");
        Path fast = folder.resolve("fast.safetensors");

        features("--size", 96, "-o", exact, CAT).exits(0);
        features("--size", 96, "--resampling", "fast", "-o", fast, CAT).exits(0);

        assertThat(Safetensors.metadata(exact).get("transform")).doesNotContain("fast");
        assertThat(Safetensors.metadata(fast).get("transform")).contains("approximated fast");
        assertThat(Safetensors.open(fast).get("features").toFloats())
                .containsExactly(Safetensors.open(exact).get("features").toFloats(), Assertions.offset(0.05f));
        features("--resampling", "quick", "-o", fast, CAT).fails(2, "--resampling", "exact, fast");
    }

    @Test
    void leavesNothingWhereNoImageCanBeRead() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.jpg"));

        Cli run = features("-o", folder.resolve("f.npy"), empty).exits(1);

        assertThat(run.err()).contains("0 bytes", "nothing was written");
        assertThat(Cli.files(folder)).containsExactly("empty.jpg");
    }

    @Test
    void refusesBombsByTheirHeader() {
        Cli run = features("-o", folder.resolve("f.npy"), "--max-pixels", 1000, CAT)
                .exits(1);

        assertThat(run.err()).contains("cat.jpg", "640 x 426", "the limit is 1,000");
    }

    @Test
    void namesTheNearestWholeSize() throws IOException {
        features("-o", folder.resolve("f.npy"), "--size", 225, CAT)
                .fails(2, "--size 225", "patches of 16", "--size 224");

        assertThat(Cli.files(folder)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere/f.npy", "file/f.npy", "f.txt"})
    void refusesOutputsThatCannotBe(String output) throws IOException {
        Files.createFile(folder.resolve("file"));

        Cli run = features("-o", folder.resolve(output), CAT);

        assertThat(run.code()).isIn(1, 2);
        assertThat(run.err()).startsWith("dino4j: ").contains(output);
        assertThat(Cli.files(folder)).containsExactly("file");
    }

    @Test
    void refusesTextAsCheckpoint() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pth"), "hello");

        Cli.run("features", "-m", text, "-o", folder.resolve("f.npy"), CAT).fails(1, "text.pth", "is a text file");

        assertThat(Cli.files(folder)).containsExactly("text.pth");
    }

    @Test
    void refusesDenseFeaturesWhereTheyDoNotFit() throws IOException {
        features("-k", "dense", "-o", folder.resolve("f.csv"), CAT).fails(2, "no table of rows", ".safetensors");
        Path square = Cli.SAMPLES.resolve("cat-closer.jpg");
        features("-k", "dense", "--sizing", "keep-aspect", "--size", 96, "-o", folder.resolve("f.npy"), CAT, square)
                .fails(2, "cat.jpg' has 6 x 9", "cat-closer.jpg' has 6 x 6");

        assertThat(Cli.files(folder)).isEmpty();
    }

    @Test
    void keepsTheJournalOnAFullDiskAndSaysSo() throws IOException, InterruptedException {
        Path small = Files.createDirectory(folder.resolve("small"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", small.toString())
                .redirectErrorStream(true)
                .start();
        assumeTrue(mount.waitFor() == 0, "mounting a small file system needs root");
        try {
            Cli run = features("-k", "dense", "--batch", 1, "-o", small.resolve("f.safetensors"), Cli.SAMPLES);

            run.fails(1, "f.safetensors.partial", "No space left", "2 of 8 images are kept");
            assertThat(Cli.files(small)).containsExactly("f.safetensors.partial", "f.safetensors.partial.jsonl");
        } finally {
            new ProcessBuilder("umount", small.toString()).start().waitFor();
        }
    }
}
