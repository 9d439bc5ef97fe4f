package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.correspond.ObjectMask;
import io.github.dino4j.image.AnimatedGif;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code match}, {@code track}, {@code foreground}, {@code eval tracking}. */
class ObjectCommandsTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");
    private static final Path CLOSER = Cli.SAMPLES.resolve("cat-closer.jpg");
    private static final int WIDTH = 96;
    private static final int HEIGHT = 64;

    @TempDir
    private Path folder;

    private Path frames;
    private Path masks;

    /** Four frames with a red thing of 32 x 32 that moves by 16 pixels, and its masks under label 2. */
    @BeforeEach
    void film() throws IOException {
        frames = Files.createDirectories(folder.resolve("film/images"));
        masks = Files.createDirectories(folder.resolve("film/masks"));
        for (int f = 0; f < 4; f++) {
            Random noise = new Random(4);
            byte[] rgb = new byte[3 * WIDTH * HEIGHT];
            int[] labels = new int[WIDTH * HEIGHT];
            for (int i = 0; i < labels.length; i++) {
                boolean thing = i / WIDTH >= 16 && i / WIDTH < 48 && i % WIDTH >= 16 * f && i % WIDTH < 16 * f + 32;
                labels[i] = thing ? 2 : 0;
                rgb[3 * i] = (byte) (thing ? 200 : 40 + noise.nextInt(60));
                rgb[3 * i + 1] = (byte) (thing ? 30 : 90);
            }
            RgbImage.of(WIDTH, HEIGHT, rgb).writePng(frames.resolve("f" + (8 + f) + ".png"));
            ObjectMask.of(WIDTH, HEIGHT, labels).map().writeIndexedPng(masks.resolve("f" + (8 + f) + ".png"));
        }
    }

    @Test
    void matchDrawsLinesAndTellsPairs() {
        Path picture = folder.resolve("pairs.png");
        Path field = folder.resolve("field.png");

        JsonNode json = Cli.run(
                        "match", "-m", Cli.MODEL, "--side", 128, "--dense", field, "--json", "-o", picture, CAT, CLOSER)
                .exits(0)
                .json();

        assertThat(ImageDecoder.standard().read(picture).width()).isGreaterThan(1000);
        assertThat(ImageDecoder.standard().read(field).height()).isPositive();
        assertThat(json.at("/pairs").size()).isPositive().isLessThanOrEqualTo(80);
        assertThat(json.at("/mutual").asInt())
                .isGreaterThanOrEqualTo(json.at("/pairs").size());
        assertThat(json.at("/pairs/0/cosine").asDouble())
                .isGreaterThanOrEqualTo(json.at("/pairs/1/cosine").asDouble());
    }

    @Test
    void aPhotoMatchesItselfPatchByPatch() {
        JsonNode json = Cli.run(
                        "match",
                        "-m",
                        Cli.MODEL,
                        "--side",
                        64,
                        "--all",
                        "--json",
                        "-o",
                        folder.resolve("x.png"),
                        CAT,
                        CAT)
                .exits(0)
                .json();

        assertThat(json.at("/pairs").size())
                .isEqualTo(json.at("/mutual").asInt())
                .isGreaterThan(10);
        json.at("/pairs").forEach(pair -> assertThat(pair.at("/a")).isEqualTo(pair.at("/b")));
    }

    @Test
    void matchRefusesWhatMakesNoSense() {
        Cli.run("match", "-m", Cli.MODEL, "--cosine", 2, CAT, CLOSER).fails(2, "--cosine 2.0");
        Cli.run("match", "-m", Cli.MODEL, "--all", "--spread", 3, CAT, CLOSER).fails(2, "Leave one of the two out");
        Cli.run("match", "-m", Cli.MODEL, "-o", folder.resolve("p.png"), CAT, folder.resolve("none.jpg"))
                .fails(1, "none.jpg", "no such file");
        assertThat(folder.resolve("p.png")).doesNotExist();
    }

    @Test
    void trackWritesOverlaysMasksAndAGif() throws IOException {
        Path out = folder.resolve("out");

        JsonNode json = Cli.run(
                        "track",
                        "-m",
                        Cli.MODEL,
                        "--mask",
                        masks.resolve("f8.png"),
                        "--side",
                        64,
                        "--json",
                        "-o",
                        out,
                        frames)
                .exits(0)
                .json();

        assertThat(Cli.files(out.resolve("masks"))).containsExactly("f10.png", "f11.png", "f8.png", "f9.png");
        assertThat(Cli.files(out.resolve("frames"))).hasSize(4);
        assertThat(AnimatedGif.read(out.resolve("track.gif")).frames()).hasSize(4);
        assertThat(ObjectMask.read(out.resolve("masks/f8.png")).objects()).containsExactly(2);
        assertThat(json.at("/frames/0/frame").asText()).isEqualTo("f8");
        assertThat(json.at("/frames/0/objects/0/object").asInt()).isEqualTo(2);
        assertThat(json.at("/tracking/top_k").asInt()).isEqualTo(5);
    }

    @Test
    void trackReadsItsOwnGif() throws IOException {
        Cli.run("track", "-m", Cli.MODEL, "--mask", masks.resolve("f8.png"), "--side", 64, "-o", folder, frames)
                .exits(0);

        Cli run = Cli.run(
                        "track",
                        "-m",
                        Cli.MODEL,
                        "--mask",
                        masks.resolve("f8.png"),
                        "--side",
                        64,
                        "--protocol",
                        "dinov1",
                        "-o",
                        folder.resolve("again"),
                        folder.resolve("track.gif"))
                .exits(0);

        assertThat(run.out()).contains("4 frames, 1 object");
        assertThat(Cli.files(folder.resolve("again/masks"))).hasSize(4);
    }

    @Test
    void trackRefusesMasksThatDoNotFit() {
        Cli.run("track", "-m", Cli.MODEL, "--mask", CAT, "-o", folder.resolve("o"), frames)
                .fails(2, "cat.jpg", "at most 254");
        Cli.run("track", "-m", Cli.MODEL, "--mask", masks.resolve("f8.png"), "-o", folder.resolve("o"), CAT)
                .fails(1, "is no video that can be read");
        Cli.run("track", "-m", Cli.MODEL, "--mask", masks.resolve("f8.png"), "--top", 0, frames)
                .fails(2, "--top 0: wanted 1 or more");
    }

    @Test
    void foregroundIsLearnedKeptAndUsed() throws IOException {
        Path shots = Files.createDirectories(folder.resolve("shots"));
        Files.copy(frames.resolve("f8.png"), shots.resolve("a.png"));
        RgbImage frame = ImageDecoder.standard().read(frames.resolve("f8.png"));
        byte[] light = new byte[frame.rgb().length];
        int[] inside = new int[1];
        for (int i = 0; i < light.length; i++) {
            boolean thing = (frame.rgb()[3 * (i / 3)] & 0xff) == 200;
            light[i] = (byte) (thing ? 255 : 0);
            inside[0] += thing ? 1 : 0;
        }
        RgbImage.of(WIDTH, HEIGHT, light).writePng(shots.resolve("a.mask.png"));
        Path head = folder.resolve("thing.safetensors");

        JsonNode json = Cli.run(
                        "foreground",
                        "-m",
                        Cli.MODEL,
                        "--learn",
                        shots,
                        "--side",
                        256,
                        "--strength",
                        10,
                        "--save",
                        head,
                        "--masks",
                        "--json",
                        "-o",
                        folder.resolve("out"),
                        frames.resolve("f9.png"))
                .exits(0)
                .json();
        JsonNode again = Cli.run(
                        "foreground",
                        "-m",
                        Cli.MODEL,
                        "--head",
                        head,
                        "--json",
                        "-o",
                        folder.resolve("out2"),
                        frames.resolve("f9.png"))
                .exits(0)
                .json();

        double share = 32.0 * 32 / (WIDTH * HEIGHT);
        assertThat(json.at("/images/0/foreground").asDouble()).isBetween(0.5 * share, 1.6 * share);
        assertThat(again.at("/images/0/foreground")).isEqualTo(json.at("/images/0/foreground"));
        assertThat(folder.resolve("out/f9.mask.png")).isNotEmptyFile();
        Cli.run("segment", "-m", Cli.MODEL, "--head", head, "-o", folder.resolve("seg"), frames.resolve("f9.png"))
                .exits(0);
    }

    @Test
    void foregroundSaysWhatIsMissing() {
        Cli.run("foreground", "-m", Cli.MODEL, CAT).fails(2, "--learn FOLDER");
        Cli.run("foreground", "-m", Cli.MODEL, "--learn", frames, CAT).fails(2, "beside a mask NAME.mask.png");
        Cli.run("foreground", "-m", Cli.MODEL, "--learn", frames).fails(2, "--save FILE");
    }

    @Test
    void evalTrackingMeasuresAndKeepsItsProtocol() throws IOException {
        Path result = folder.resolve("result.json");

        Cli run = Cli.run(
                        "eval",
                        "tracking",
                        "-m",
                        Cli.MODEL,
                        "--images",
                        frames,
                        "--masks",
                        masks,
                        "--side",
                        64,
                        "-o",
                        result)
                .exits(0);

        JsonNode json = new ObjectMapper().readTree(result.toFile());
        assertThat(json.at("/task").asText()).isEqualTo("tracking");
        assertThat(json.at("/metrics/objects").size()).isEqualTo(1);
        assertThat(json.at("/metrics/objects/images, object 2/frames").asInt()).isEqualTo(2); // without first and last
        double both = json.at("/metrics/J&F").asDouble();
        assertThat(both)
                .isBetween(0.0, 1.0)
                .isEqualTo((json.at("/metrics/J/mean").asDouble()
                                + json.at("/metrics/F/mean").asDouble())
                        / 2);
        assertThat(json.at("/setup/tracking/neighbourhood").asText()).isEqualTo("circle of radius 12");
        assertThat(run.out()).contains("images, object 2");
    }

    @Test
    void evalTrackingNamesEveryBadFileBeforeTheWork() throws IOException {
        Files.writeString(masks.resolve("f9.png"), "no picture");
        ObjectMask.of(2, 2, new int[4]).map().writeIndexedPng(masks.resolve("f10.png"));
        Path result = folder.resolve("result.json");

        Cli.run("eval", "tracking", "-q", "-m", Cli.MODEL, "--images", frames, "--masks", masks, "-o", result)
                .fails(1, "2 files cannot be used", "f9.png", "is 2 x 2 pixels, its video 96 x 64");

        assertThat(result).doesNotExist();
        Files.delete(masks.resolve("f8.png"));
        Cli.run("eval", "tracking", "-q", "-m", Cli.MODEL, "--images", frames, "--masks", masks, "-o", result)
                .fails(1, "the first frame's mask says what is to be followed");
    }
}
