package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZeroshotCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");

    @TempDir
    private Path folder;

    private Cli zeroshot(Object... more) {
        Object[] given = {"zeroshot", "-m", Cli.MODEL, "--size", 64};
        Object[] all = Arrays.copyOf(given, given.length + more.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return Cli.run(all);
    }

    @Test
    void tellsTheClassOfAPhotoByWords() throws IOException {
        Path picture = folder.resolve("out.png");

        Cli run = zeroshot("--random-head", 7, "--class", "cat", "--class", "dog", "-o", picture, CAT)
                .exits(0);

        assertThat(run.out()).startsWith("image").contains("cat", "dog", "probability %", "knows nothing");
        assertThat(ImageDecoder.standard().read(picture).width()).isPositive();
    }

    @Test
    void drawsTheClassOfEveryPixel() {
        Path picture = folder.resolve("out.png");

        JsonNode json = zeroshot(
                        "--random-head",
                        7,
                        "--segment",
                        "--window",
                        48,
                        "--class",
                        "cat",
                        "--class",
                        "wall",
                        "--json",
                        "-o",
                        picture,
                        CAT)
                .exits(0)
                .json();

        RgbImage photo = ImageDecoder.standard().read(CAT);
        double sum = 0;
        for (JsonNode share : json.at("/images/0/shares")) {
            sum += share.path("pixels").asLong();
        }
        assertThat(sum).isEqualTo((double) photo.width() * photo.height());
        assertThat(json.at("/window").asInt()).isEqualTo(48);
        assertThat(ImageDecoder.standard().read(picture).width()).isGreaterThanOrEqualTo(photo.width());
    }

    @Test
    void readsHeadMergesClassesAndTemplatesFromFiles() throws IOException {
        Path head = Trained.text(folder, Cli.MODEL);
        Path merges = folder.resolve("bpe_simple_vocab_16e6.txt");
        Path classes = folder.resolve("words.txt");
        Path templates = folder.resolve("templates.txt");

        JsonNode beside = zeroshot(
                        "--head", head, "--classes", classes, "--templates", templates, "--json", "-o", folder, CAT)
                .exits(0)
                .json();
        JsonNode named = zeroshot(
                        "--head",
                        head,
                        "--merges",
                        merges,
                        "--classes",
                        classes,
                        "--templates",
                        templates,
                        "--json",
                        "-o",
                        folder,
                        CAT)
                .exits(0)
                .json();

        assertThat(beside.at("/templates")).hasSize(2);
        assertThat(beside.at("/images/0/top")).hasSize(3);
        assertThat(beside.at("/space").asText()).startsWith("dino.txt ");
        assertThat(named).isEqualTo(beside);
        assertThat(beside.at("/warnings").toString()).doesNotContain("drawn at random");
    }

    @Test
    void warnsOfTextsThatAreCut() {
        Cli run = zeroshot("--random-head", 7, "--class", "x".repeat(100), "--class", "dog", "-o", folder, CAT)
                .exits(0);

        assertThat(run.err()).contains("texts are longer than the 77 tokens");
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        Path head = Trained.text(folder, Cli.MODEL);
        Files.delete(folder.resolve("bpe_simple_vocab_16e6.txt"));
        Path truncated = Files.write(folder.resolve("merges.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0});
        Path noPlace = Files.writeString(folder.resolve("noplace.txt"), "a cat\n");
        Path few = Files.writeString(folder.resolve("few.txt"), "#v\nc a\n");

        zeroshot(CAT, "--class", "cat").fails(2, "a head is missing");
        zeroshot("--random-head", 7, CAT).fails(2, "no class is named");
        zeroshot("--random-head", 7, "--class", "cat", "--classes", "x", CAT).fails(2, "exclude each other");
        zeroshot("--random-head", 7, "--class", " ", CAT).fails(2, "must not be empty");
        zeroshot("--random-head", 7, "--class", "cat", "--templates", noPlace, CAT)
                .fails(2, "has no {}");
        zeroshot("--random-head", 7, "--class", "cat", "--window", 48, CAT).fails(2, "--window is for --segment");
        zeroshot("--random-head", 7, "--class", "cat", "--text-encoder", head, CAT)
                .fails(2, "--text-encoder is for");
        refused(zeroshot("--head", head, "--class", "cat", "-o", folder, CAT), "no list of merges lies beside");
        refused(
                zeroshot("--head", head, "--merges", truncated, "--class", "cat", "-o", folder, CAT),
                "merges.gz",
                "truncated");
        refused(
                zeroshot("--head", head, "--merges", few, "--class", "cat", "-o", folder, CAT),
                "knows 518 numbers, the list of merges gives 515");
        refused(
                zeroshot("--head", Cli.MODEL, "--merges", few, "--class", "cat", "-o", folder, CAT),
                "no text encoder of dino.txt is in it");
        assertThat(Cli.files(folder)).noneMatch(name -> name.endsWith(".png"));
    }

    /** After the model was introduced on stderr. */
    private static void refused(Cli run, String... texts) {
        assertThat(run.exits(1).err())
                .contains(texts)
                .contains("\ndino4j: ")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
    }
}
