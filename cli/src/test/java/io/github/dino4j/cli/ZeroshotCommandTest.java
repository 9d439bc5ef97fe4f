package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.text.DinoTxt;
import io.github.dino4j.text.DinoTxtConfig;
import io.github.dino4j.weights.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZeroshotCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");
    private static final String MERGES = "#version: test\nc a\nca t</w>\nd o\ndo g</w>\n";

    @TempDir
    private Path folder;

    private Cli zeroshot(Object... more) {
        Object[] given = {"zeroshot", "-m", Cli.MODEL, "--size", 64};
        Object[] all = Arrays.copyOf(given, given.length + more.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return Cli.run(all);
    }

    /** A dino.txt for the checkpoint and a tokenizer of four merges. */
    private Path head() {
        BackboneConfig backbone = Architecture.of(Checkpoints.open(Cli.MODEL), OptionalInt.empty());
        Path file = folder.resolve("dinotxt.safetensors");
        DinoTxtConfig config = DinoTxtConfig.light(backbone, 518);
        try (LoadedHead<DinoTxt> head = LoadedHead.random(3, p -> new DinoTxt(p, config))) {
            head.save(file, Map.of());
        }
        return file;
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
        Path merges = Files.writeString(folder.resolve("bpe_simple_vocab_16e6.txt"), MERGES);
        Path classes = Files.writeString(folder.resolve("classes.txt"), "cat\ndog\nhorse\n");
        Path templates = Files.writeString(folder.resolve("templates.txt"), "a {}\nthe {}\n");
        Path head = head();

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
        Path head = head();
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
        zeroshot("--head", head, "--class", "cat", "-o", folder, CAT).fails(1, "no list of merges lies beside");
        zeroshot("--head", head, "--merges", truncated, "--class", "cat", "-o", folder, CAT)
                .fails(1, "merges.gz", "truncated");
        zeroshot("--head", head, "--merges", few, "--class", "cat", "-o", folder, CAT)
                .fails(1, "knows 518 numbers, the list of merges gives 515");
        zeroshot("--head", Cli.MODEL, "--merges", few, "--class", "cat", "-o", folder, CAT)
                .fails(1, "no text encoder of dino.txt is in it");
        assertThat(Cli.files(folder)).noneMatch(name -> name.endsWith(".png"));
    }
}
