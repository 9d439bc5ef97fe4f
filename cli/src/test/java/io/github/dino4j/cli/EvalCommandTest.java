package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
    private static final ClassList CAMVID = ClassList.named("camvid");

    @TempDir
    private Path folder;

    @BeforeEach
    void gather() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        for (String photo : new String[] {"cat", "dogs"}) { // 640 x 426 and 426 x 640
            Files.copy(Cli.SAMPLES.resolve(photo + ".jpg"), images.resolve(photo + ".jpg"));
        }
        Trained.mask(folder.resolve("masks/cat.png"), 640, 426, CAMVID);
        Trained.mask(folder.resolve("masks/dogs.png"), 426, 640, CAMVID);
        Trained.measured(folder.resolve("depth/cat.png"), 640, 426);
        Trained.measured(folder.resolve("depth/dogs.png"), 426, 640);
    }

    private Cli segmentation(Object... more) {
        return run(
                new Object[] {
                    "eval",
                    "segmentation",
                    "-m",
                    Cli.MODEL,
                    "--random-head",
                    7,
                    "--side",
                    64,
                    "--crop",
                    64,
                    "--images",
                    folder.resolve("images"),
                    "--masks",
                    folder.resolve("masks"),
                    "-o",
                    folder.resolve("r.json")
                },
                more);
    }

    private Cli depth(Object... more) {
        return run(
                new Object[] {
                    "eval",
                    "depth",
                    "-m",
                    Cli.MODEL,
                    "--random-head",
                    7,
                    "--side",
                    64,
                    "--images",
                    folder.resolve("images"),
                    "--depth",
                    folder.resolve("depth"),
                    "-o",
                    folder.resolve("r.json"),
                    "--metres-per-unit",
                    0.001
                },
                more);
    }

    private static Cli run(Object[] given, Object[] more) {
        Object[] all = Arrays.copyOf(given, given.length + more.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return Cli.run(all);
    }

    private ObjectNode result() throws IOException {
        return (ObjectNode) new ObjectMapper().readTree(folder.resolve("r.json").toFile());
    }

    @Test
    void measuresSegmentationAndWritesTheProtocol() throws IOException {
        Cli run = segmentation("--name", "two photos").exits(0);

        JsonNode json = result();
        assertThat(json.at("/data/name").asText()).isEqualTo("two photos");
        assertThat(json.at("/data/images").asInt()).isEqualTo(2);
        assertThat(json.at("/metrics/pixels").asInt()).isEqualTo(2 * 640 * 426);
        assertThat(json.at("/metrics/mIoU").asDouble()).isBetween(0.0, 0.2);
        assertThat(json.at("/setup/backbone/weights").asText()).startsWith("sha256 of size, first and last MiB");
        assertThat(json.at("/setup/head/note").asText()).contains("seed 7");
        assertThat(run.out()).startsWith("two photos: 2 images").contains("Pavement", "knows nothing");
        assertThat(run.err()).contains("checking 2 pairs", "mIoU");
    }

    @Test
    void givesTheSameFileForTheSameRun() throws IOException {
        segmentation("-q").exits(0);
        ObjectNode first = result();
        segmentation("-q").exits(0);
        ObjectNode second = result();

        first.remove("date");
        second.remove("date");
        assertThat(second).isEqualTo(first);
    }

    @Test
    void measuresDepthUnderAProtocol() throws IOException {
        JsonNode nyu = depth("--protocol", "nyu", "--json").exits(0).json();
        depth("--protocol", "full", "--max-depth", 3, "--align", "median", "--flip", "--limit", 1)
                .exits(0);

        assertThat(nyu.at("/protocol/crop").asText()).isEqualTo("nyu-eigen");
        assertThat(nyu.at("/metrics/images")).hasSize(2);
        assertThat(nyu.at("/metrics/mean/abs_rel").asDouble()).isPositive();
        JsonNode full = result();
        assertThat(full.at("/protocol/range").toString()).isEqualTo("[0.001,3.0]");
        assertThat(full.at("/protocol/alignment").asText()).isEqualTo("median-scale");
        assertThat(full.at("/data/name").asText()).endsWith("first 1 of 2");
    }

    @Test
    void namesFilesWithoutAPartner() throws IOException {
        Files.delete(folder.resolve("masks/cat.png"));
        Trained.mask(folder.resolve("masks/zebra.png"), 8, 8, CAMVID);

        segmentation("-q").fails(1, "2 files stand alone", "cat.jpg: has no 'cat' in", "zebra.png: has no 'zebra' in");
        assertThat(folder.resolve("r.json")).doesNotExist();
    }

    @Test
    void refusesAColourPictureAsMask() throws IOException {
        Cli.run(
                        "pca",
                        "-q",
                        "-m",
                        Cli.MODEL,
                        "--whole",
                        Cli.SAMPLES.resolve("cat.jpg"),
                        "-o",
                        folder.resolve("masks/cat.png"))
                .exits(0);

        segmentation("-q").fails(1, "1 of its files cannot be used", "cat.png: is an RGB picture, not class numbers");
    }

    @Test
    void refusesDepthOfAnotherSizeOrUnit() throws IOException {
        Trained.measured(folder.resolve("depth/cat.png"), 32, 24);

        depth("-q", "--protocol", "full").fails(1, "cat.png: the depth image is 32 x 24 pixels, its photo 640 x 426");
        depth("-q", "--protocol", "full", "--metres-per-unit", 1).exits(2); // given twice
        Cli.run(
                        "eval",
                        "depth",
                        "-q",
                        "-m",
                        Cli.MODEL,
                        "--random-head",
                        7,
                        "--images",
                        folder.resolve("images"),
                        "--depth",
                        folder.resolve("depth"),
                        "-o",
                        folder.resolve("r.json"),
                        "--metres-per-unit",
                        1,
                        "--protocol",
                        "full")
                .fails(1, "none lies between 0.001 and 10.0 m", "Is the unit right");
    }

    @Test
    void refusesClassesThatTheMasksDoNotHave() throws IOException {
        Path three = Files.writeString(folder.resolve("three.txt"), "a\nb\nc\n");

        segmentation("-q", "--classes", three).fails(1, "cat.png: label 3 at (0, 3) is no class of 'three'");
    }

    @Test
    void ignoresTheLabelThatItIsTold() throws IOException {
        segmentation("-q", "--ignored", 10).exits(0);

        assertThat(result().at("/protocol/ignored_label").asInt()).isEqualTo(10);
        assertThat(result().at("/metrics/pixels").asInt()).isLessThan(2 * 640 * 426);
    }

    @Test
    void skipsAPhotoThatCannotBeReadOnlyWhereAsked() throws IOException {
        Path cat = folder.resolve("images/cat.jpg");
        Files.write(cat, Arrays.copyOf(Files.readAllBytes(cat), 20_000));

        segmentation("-q").fails(1, "cat.jpg: JPEG cut short", "may also be skipped");
        segmentation("-q", "--skip-unreadable").exits(0);

        assertThat(result().at("/data/images").asInt()).isEqualTo(1);
        assertThat(result().at("/data/unreadable/0").asText()).contains("cat.jpg");
    }

    @Test
    void checksFoldersBeforeTheModelIsLoaded() {
        Cli.run(
                        "eval",
                        "segmentation",
                        "-m",
                        "nosuch.pth",
                        "--random-head",
                        7,
                        "--images",
                        folder.resolve("images"),
                        "--masks",
                        folder.resolve("nosuch"),
                        "-o",
                        folder.resolve("r.json"))
                .fails(1, "nosuch: no such folder");
        Cli.run(
                        "eval",
                        "segmentation",
                        "-m",
                        "nosuch.pth",
                        "--random-head",
                        7,
                        "--images",
                        folder.resolve("images"),
                        "--masks",
                        folder.resolve("masks"),
                        "-o",
                        folder.resolve("no/r.json"))
                .fails(1, "there is no folder");
        Cli.run("eval").fails(2, "a task is missing");
    }
}
