package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.export.NpyFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DepthCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");

    @TempDir
    private Path folder;

    private Path head;

    @BeforeEach
    void train() {
        head = Trained.depth(folder.resolve("head.safetensors"), 48);
    }

    @Test
    void writesEveryFormatBesideThePicture() throws IOException {
        Cli run = Cli.run(
                        "depth",
                        "-m",
                        Cli.MODEL,
                        "--head",
                        head,
                        "--preset",
                        "nyu",
                        "--side",
                        64,
                        CAT,
                        "-o",
                        folder.resolve("cat.png"),
                        "--npy",
                        "--png16",
                        "--tiff",
                        "--ply",
                        "--focal",
                        500)
                .exits(0);

        assertThat(Cli.files(folder))
                .containsExactly("cat.depth.png", "cat.npy", "cat.ply", "cat.png", "cat.tiff", "head.safetensors");
        assertThat(NpyFile.read(folder.resolve("cat.npy")).shape()).containsExactly(426, 640);
        DepthImage png = DepthImage.read(folder.resolve("cat.depth.png"), 0.001);
        DepthImage tiff = DepthImage.read(folder.resolve("cat.tiff"), 1);
        assertThat(png.metres(320, 200)).isCloseTo(tiff.metres(320, 200), org.assertj.core.data.Offset.offset(0.001f));
        assertThat(run.out()).contains("median m").endsWith("cat.png" + System.lineSeparator());
        assertThat(run.err()).contains("head: DINOv2 depth, trained on NYU Depth v2 (nyu), 0.001 to 10.0 m");
    }

    @Test
    void tellsLeastMiddleAndGreatestDepthAsJson() {
        JsonNode json = Cli.run(
                        "depth",
                        "-m",
                        Cli.MODEL,
                        "--random-head",
                        7,
                        "--side",
                        64,
                        "--flip",
                        "--json",
                        CAT,
                        "-o",
                        folder.resolve("o"))
                .exits(0)
                .json();

        JsonNode image = json.at("/images/0");
        assertThat(image.path("min").asDouble())
                .isPositive()
                .isLessThan(image.path("median").asDouble());
        assertThat(image.path("median").asDouble()).isLessThan(image.path("max").asDouble());
        assertThat(json.at("/input/mirroring").asText()).isEqualTo("averaged");
        assertThat(json.at("/warnings").toString()).contains("drawn at random from seed 7", "knows nothing");
        assertThat(json.at("/head/range").toString()).isEqualTo("[0.001,10.0]");
    }

    @Test
    void asksForThePresetThatTheNameDoesNotTell() {
        Cli.run("depth", "-q", "-m", Cli.MODEL, "--head", head, CAT, "-o", folder.resolve("o"))
                .fails(1, "head.safetensors: its tensors do not tell the range", "'nyu'", "'kitti'");
        Cli.run("depth", "-q", "-m", Cli.MODEL, "--head", head, "--preset", "foo", CAT)
                .fails(2, "no depth preset is called 'foo'");
    }

    @Test
    void refusesTheHeadOfAnotherBackbone() {
        Path wide = Trained.depth(folder.resolve("wide.safetensors"), 384);
        Path masks = Trained.segmenter(folder.resolve("masks.safetensors"), 48, 11);

        Cli.run("depth", "-q", "-m", Cli.MODEL, "--head", wide, "--preset", "nyu", CAT, "-o", folder.resolve("o"))
                .fails(1, "its linear head reads 768 channels", "Load the backbone that the head was trained on");
        Cli.run("depth", "-q", "-m", Cli.MODEL, "--head", masks, "--preset", "nyu", CAT, "-o", folder.resolve("o"))
                .fails(1, "masks.safetensors: no depth head is in it");
    }

    @Test
    void wantsAFocalLengthForPoints() {
        Cli.run("depth", "-q", "-m", Cli.MODEL, "--random-head", 7, "--ply", CAT)
                .fails(2, "--focal PIXELS");
        Cli.run("depth", "-q", "-m", Cli.MODEL, "--random-head", 7, "--focal", 500, CAT)
                .fails(2, "--focal is for --ply");
    }
}
