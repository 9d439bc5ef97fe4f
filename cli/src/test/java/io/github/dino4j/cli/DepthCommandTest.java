package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.export.NpyFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
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

    @Test
    void goesOnAfterAPhotoThatIsRefusedAndSaysSo() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        Files.copy(CAT, photos.resolve("cat.jpg"));
        ImageIO.write(
                new BufferedImage(20_000, 2, BufferedImage.TYPE_INT_RGB),
                "png",
                photos.resolve("strip.png").toFile());
        Object[] given = {
            "depth", "-m", Cli.MODEL, "--random-head", 7, "--side", 224, photos, "-o", folder.resolve("o"), "--json"
        };
        Object[] skipping = Arrays.copyOf(given, given.length + 1);
        skipping[given.length] = "--skip-unreadable";

        Cli run = Cli.run(given).exits(3);
        Cli skipped = Cli.run(skipping).exits(0);

        assertThat(run.err()).contains("refused: " + photos.resolve("strip.png"));
        assertThat(run.json().at("/images")).hasSize(1);
        assertThat(run.json().at("/failed/0/path").asText()).endsWith("strip.png");
        assertThat(skipped.json().at("/failed")).hasSize(1);
    }

    @Test
    void writesDepthInTheUnitThatIsAskedForAndRefusesPhotosBeyondIt() {
        Path out = folder.resolve("o");
        Object[] given = {
            "depth", "-m", Cli.MODEL, "--head", head, "--preset", "nyu", "--side", 64, CAT, "-o", out, "--png16"
        };
        Object[] coarse = Arrays.copyOf(given, given.length + 4);
        System.arraycopy(new Object[] {"--json", "--tiff", "--metres-per-unit", 0.002}, 0, coarse, given.length, 4);
        Object[] fine = Arrays.copyOf(given, given.length + 2);
        System.arraycopy(new Object[] {"--metres-per-unit", 0.00001}, 0, fine, given.length, 2);

        Cli refused = Cli.run(fine).exits(1);

        assertThat(refused.err()).contains("refused: " + CAT, "no image could be used, nothing was written");
        assertThat(Files.exists(out.resolve("cat.png"))).isFalse();
        JsonNode json = Cli.run(coarse).exits(0).json();
        DepthImage png = DepthImage.read(out.resolve("cat.depth.png"), 0.002);
        assertThat(json.at("/metres_per_unit").asDouble()).isEqualTo(0.002);
        DepthImage tiff = DepthImage.read(out.resolve("cat.tiff"), 1);
        assertThat(png.metres(320, 200)).isCloseTo(tiff.metres(320, 200), org.assertj.core.data.Offset.offset(0.001f));
    }

    @Test
    void refusesUnitsThatAreNone() {
        Cli.run("depth", "-q", "-m", "nosuch.pth", "--random-head", 7, "--metres-per-unit", 0.001, CAT)
                .fails(2, "--metres-per-unit is for --png16");
        Cli.run("depth", "-q", "-m", "nosuch.pth", "--random-head", 7, "--png16", "--metres-per-unit", 0, CAT)
                .fails(2, "--metres-per-unit 0.0");
    }

    @Test
    void refusesLengthsThatAreNoneBeforeTheModelIsLoaded() {
        for (String focal : List.of("-5", "0", "NaN")) {
            Cli.run("depth", "-q", "-m", "nosuch.pth", "--random-head", 7, "--ply", "--focal", focal, CAT)
                    .fails(2, "--focal " + Double.valueOf(focal), "above 0");
        }
        Cli.run("depth", "-q", "-m", "nosuch.pth", "--random-head", 7, "--side", -3, CAT)
                .fails(2, "--side -3", "above 0");
    }
}
