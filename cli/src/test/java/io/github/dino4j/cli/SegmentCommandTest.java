package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.export.NpyFile;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.LabelImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");
    private static final int WIDTH = 48;

    @TempDir
    private Path folder;

    private Path head;

    @BeforeEach
    void train() {
        head = Trained.segmenter(folder.resolve("head.safetensors"), WIDTH, 11);
    }

    private Cli segment(Object... more) {
        Object[] given = {"segment", "-m", Cli.MODEL, "--side", 64, "--crop", 64};
        Object[] all = Arrays.copyOf(given, given.length + more.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return Cli.run(all);
    }

    @Test
    void drawsTheClassesOverAPhotoAndTellsTheirShares() {
        Path picture = folder.resolve("out.png");

        Cli run = segment("--head", head, "-o", picture, CAT).exits(0);

        RgbImage photo = ImageDecoder.standard().read(CAT);
        assertThat(ImageDecoder.standard().read(picture).width()).isGreaterThan(photo.width()); // and the legend
        assertThat(run.out()).startsWith("image").contains("share %").endsWith(picture + System.lineSeparator());
        assertThat(run.err()).contains("classes: camvid, the built-in list of 11 classes");
    }

    @Test
    void writesLabelsMasksAndScoresBesideThePicture() throws IOException {
        Cli run = segment(
                        "--head",
                        head,
                        "-o",
                        folder.resolve("out.png"),
                        "--indexed",
                        "--rle",
                        "--scores",
                        "--json",
                        CAT)
                .exits(0);

        assertThat(Cli.files(folder))
                .containsExactly("head.safetensors", "out.json", "out.labels.png", "out.npy", "out.png");
        LabelImage labels = LabelImage.read(folder.resolve("out.labels.png"));
        assertThat(labels.width()).isEqualTo(640);
        assertThat(NpyFile.read(folder.resolve("out.npy")).shape()).startsWith(11);
        JsonNode rle = new ObjectMapper().readTree(folder.resolve("out.json").toFile());
        assertThat(rle.at("/segments/0/segmentation/counts").asText()).isNotEmpty();
        JsonNode json = run.json();
        assertThat(json.at("/images/0/output")).hasSize(4);
        assertThat(json.at("/images/0/shares/0/name").asText())
                .isEqualTo(rle.at("/segments/0/category").asText());
        assertThat(json.at("/input/crop").toString()).isEqualTo("[64,64]");
    }

    @Test
    void runsAsItIsTold() {
        JsonNode json = segment(
                        "--head",
                        head,
                        "-o",
                        folder.resolve("o"),
                        "--json",
                        "--stride",
                        32,
                        "--scales",
                        "1,1.5",
                        "--flip",
                        CAT)
                .exits(0)
                .json();
        JsonNode whole = Cli.run(
                        "segment",
                        "-m",
                        Cli.MODEL,
                        "--head",
                        head,
                        "-o",
                        folder.resolve("o"),
                        "--json",
                        "--inference",
                        "whole",
                        "--crop",
                        96,
                        "--side",
                        "own",
                        CAT)
                .exits(0)
                .json();

        assertThat(json.at("/input/stride").toString()).isEqualTo("[32,32]");
        assertThat(json.at("/input/scales").toString()).isEqualTo("[1.0,1.5]");
        assertThat(json.at("/input/flip").asBoolean()).isTrue();
        assertThat(whole.at("/input/forced_to").asInt()).isEqualTo(96);
        assertThat(whole.at("/input/side").asText()).isEqualTo("the photo's own size");
    }

    @Test
    void saysEverywhereThatARandomHeadKnowsNothing() throws IOException {
        Cli text = segment("-q", "--random-head", 7, "-o", folder.resolve("o"), "--rle", CAT)
                .exits(0);
        JsonNode json = segment("-q", "--random-head", 7, "-o", folder.resolve("o"), "--json", CAT)
                .exits(0)
                .json();

        assertThat(text.out()).contains("drawn at random from seed 7", "knows nothing");
        assertThat(json.at("/warnings").toString()).contains("drawn at random from seed 7");
        assertThat(Files.readString(folder.resolve("o/cat.json"))).contains("drawn at random from seed 7");
    }

    @Test
    void runsWithoutAnyFile() {
        JsonNode json = Cli.run(
                        "segment",
                        "-m",
                        "random:7",
                        "--random-head",
                        7,
                        "--side",
                        64,
                        "--crop",
                        64,
                        "-o",
                        folder.resolve("o"),
                        "--json",
                        CAT)
                .exits(0)
                .json();

        assertThat(json.at("/backbone/model").asText()).isEqualTo("random");
        assertThat(json.at("/classes").asText()).isEqualTo("camvid");
        Cli.run("segment", "-m", "random:x", "--random-head", 7, CAT)
                .fails(2, "--model-file random:x", "such as random:7");
    }

    @Test
    void numbersClassesWhereNoBuiltInListFits() {
        Path seven = Trained.segmenter(folder.resolve("seven.safetensors"), WIDTH, 7);

        Cli run = segment("--head", seven, "-o", folder.resolve("o"), "--json", CAT)
                .exits(0);

        assertThat(run.json().path("classes").asText()).isEqualTo("numbered");
        assertThat(run.err()).contains("numbered, since no built-in list has 7");
    }

    @Test
    void readsNamesFromAFile() throws IOException {
        Path names =
                Files.write(folder.resolve("mine.txt"), ClassList.numbered(11).names());

        assertThat(segment("--head", head, "--classes", names, "-o", folder.resolve("o"), "--json", CAT)
                        .exits(0)
                        .json()
                        .path("classes")
                        .asText())
                .isEqualTo("mine");
    }

    @Test
    void refusesAListOfAnotherSize() throws IOException {
        Path three = Files.writeString(folder.resolve("three.txt"), "a\nb\nc\n");

        segment("-q", "--head", head, "--classes", three, "-o", folder.resolve("o"), CAT)
                .fails(2, "three.txt: names 3 classes, the head has 11 outputs", "leave --classes out");
        segment("-q", "--head", head, "--classes", "nosuch", "-o", folder.resolve("o"), CAT)
                .fails(2, "neither a built-in list (ade20k,", "nor a file");
    }

    @Test
    void refusesTheHeadOfAnotherBackbone() {
        Path wide = Trained.segmenter(folder.resolve("wide.safetensors"), 384, 150);
        Path depth = Trained.depth(folder.resolve("depth.safetensors"), WIDTH);

        segment("-q", "--head", wide, "-o", folder.resolve("o"), CAT)
                .fails(1, "wide.safetensors: the head wants 384 channels a layer", "Load the backbone");
        segment("-q", "--head", depth, "-o", folder.resolve("o"), CAT)
                .fails(1, "depth.safetensors: no segmentation head known to Dino4J is in it");
    }

    @Test
    void wantsOneHead() {
        segment("-q", CAT).fails(2, "a head is missing", "--random-head 7");
        segment("-q", "--head", head, "--random-head", 7, CAT).fails(2, "exclude each other");
        segment("-q", "--head", folder.resolve("nosuch.pth"), CAT).fails(2, "nosuch.pth: no such file");
    }

    @Test
    void refusesSettingsThatContradict() {
        Cli.run("segment", "-m", Cli.MODEL, "--head", head, "--inference", "plain", "--crop", 64, CAT)
                .fails(2, "--inference plain has neither");
        Cli.run("segment", "-m", Cli.MODEL, "--head", head, "--inference", "whole", "--stride", 64, CAT)
                .fails(2, "--stride is a distance between windows");
        segment("-q", "--head", head, "-o", folder.resolve("o"), "--stride", 128, CAT)
                .fails(2, "leave gaps");
    }

    @Test
    void goesOnAfterAnUnreadablePhotoAndSaysSo() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        Files.copy(CAT, photos.resolve("cat.jpg"));
        Files.write(photos.resolve("cut.jpg"), Arrays.copyOf(Files.readAllBytes(CAT), 20_000));

        Cli run = segment("--head", head, "-o", folder.resolve("o"), photos).exits(3);
        JsonNode skipped = segment("--head", head, "-o", folder.resolve("o"), "--skip-unreadable", "--json", photos)
                .exits(0)
                .json();

        assertThat(run.err()).contains("unreadable: " + photos.resolve("cut.jpg"), "cut short");
        assertThat(skipped.at("/failed/0/path").asText()).endsWith("cut.jpg");
        assertThat(Cli.files(folder.resolve("o"))).containsExactly("cat.png");
        segment("--head", head, "-o", folder.resolve("o"), photos.resolve("cut.jpg"))
                .exits(1);
    }

    @Test
    void checksTheOutputBeforeTheModelIsLoaded() {
        Cli.run("segment", "-m", "nosuch.pth", "--head", head, CAT, "-o", folder.resolve("no/out.png"))
                .fails(1, "there is no folder");
        Cli.run("segment", "-m", "nosuch.pth", "--head", head, Cli.SAMPLES, "-o", folder.resolve("out.png"))
                .fails(2, "do not fit one picture");
        Cli.run("segment", "-m", "nosuch.pth", "--head", head, CAT, "-o", head).fails(1, "cannot be written");
    }

    private void refusesWithoutAModel(String message, Object... options) {
        Object[] given = {"segment", "-q", "-m", "nosuch.pth", "--head", head, CAT};
        Cli.run(with(given, options)).fails(2, message);
    }

    @Test
    void refusesSizesThatAreNoneBeforeTheModelIsLoaded() {
        refusesWithoutAModel("--side abc: wanted a number of pixels, or 'own'", "--side", "abc");
        refusesWithoutAModel("--side -3: wanted a number of pixels above 0", "--side", -3);
        refusesWithoutAModel("--crop 0: wanted a number of pixels above 0", "--crop", 0);
        refusesWithoutAModel("--stride -1: wanted a number of pixels above 0", "--stride", -1);
        refusesWithoutAModel("scales between 0 and 16, not [0.0]", "--scales", 0);
        refusesWithoutAModel("--scales are those of --side N", "--scales", "1,2", "--side", "own");
        refusesWithoutAModel("leave gaps", "--crop", 64, "--stride", 65);
    }

    @Test
    void refusesAStrideBeyondTheUsualWindowBeforeTheModelIsLoaded() {
        Cli.run("segment", "-q", "-m", "nosuch.pth", "--random-head", 7, "--stride", 513, CAT)
                .fails(2, "leave gaps");
    }

    @Test
    void refusesWindowsOfAHeadThatRunsPlainUnlessTheyAreAskedFor() {
        Path plain = Trained.plainSegmenter(folder.resolve("plain.safetensors"), WIDTH, 11);
        Object[] given = {"segment", "-q", "-m", Cli.MODEL, "--head", plain, "-o", folder.resolve("o"), "--crop", 64};

        Cli.run(with(given, CAT)).fails(2, "--crop is for windows", "--inference slide");
        JsonNode json = Cli.run(with(given, "--inference", "slide", "--json", "--side", 64, CAT))
                .exits(0)
                .json();

        assertThat(json.at("/input/inference").asText()).isEqualTo("slide");
    }

    private static Object[] with(Object[] given, Object... more) {
        Object[] all = Arrays.copyOf(given, given.length + more.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return all;
    }
}
