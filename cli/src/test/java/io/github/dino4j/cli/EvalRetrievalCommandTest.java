package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalRetrievalCommandTest {
    @TempDir
    private Path folder;

    private void photo(String sample, String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.copy(Cli.SAMPLES.resolve(sample), file);
    }

    private static Cli eval(Object... more) {
        List<Object> all = new ArrayList<>(List.of("eval", "retrieval", "-q", "-m", Cli.MODEL));
        all.addAll(Arrays.asList(more));
        return Cli.run(all.toArray());
    }

    @Test
    void classesAreMeasuredBesideThePixelsAndTheProtocolIsSaved() throws IOException {
        photo("cat.jpg", "set/cat/1.jpg");
        photo("cat.jpg", "set/cat/2.jpg");
        photo("dogs.jpg", "set/dog/1.jpg");
        photo("dogs.jpg", "set/dog/2.jpg");
        Path result = folder.resolve("result.json");
        Cli run = eval("--photos", folder.resolve("set"), "--size", 64, "--baseline", "pixels", "-o", result)
                .exits(0);
        assertThat(run.out()).contains("same class", "mAP 100.00 %", "pixels alone", "result.json");
        JsonNode json = new ObjectMapper().readTree(result.toFile());
        assertThat(json.at("/results/0/metrics/levels/same class/map").asDouble())
                .isEqualTo(1);
        assertThat(json.at("/results/0/protocol/rules").asText()).contains("class");
        assertThat(json.at("/results/0/protocol/whitening").asText()).isEqualTo("none");
        assertThat(json.at("/results/0/setup/backbone/weights").asText()).startsWith("sha256");
        assertThat(json.at("/baseline/0/setup/features").asText()).startsWith("pixels");
    }

    @Test
    void copiesTakeThePapersFeaturesAndAWhitening() throws IOException {
        photo("cat.jpg", "original/200000.jpg");
        photo("dogs.jpg", "original/200100.jpg");
        Path strong = Files.createDirectories(folder.resolve("copies/strong"));
        ImageDecoder.standard()
                .read(Cli.SAMPLES.resolve("cat.jpg"))
                .crop(20, 20, 500, 350)
                .writePng(strong.resolve("200001.png"));
        photo("coffee.jpg", "distractors/1.jpg");
        photo("dandelion.jpg", "other/1.jpg");
        photo("mountain-path.jpg", "other/2.jpg");
        JsonNode json = eval(
                        "--protocol",
                        "copies",
                        "--photos",
                        folder.resolve("original"),
                        "--copies",
                        folder.resolve("copies"),
                        "--distractors",
                        folder.resolve("distractors"),
                        "--whitening",
                        folder.resolve("other"),
                        "--json")
                .exits(0)
                .json();
        assertThat(json.at("/results/0/setup/features").asText()).isEqualTo("cls+gem-4");
        assertThat(json.at("/results/0/setup/transform").asText()).contains("320 x 320", "bicubic");
        assertThat(json.at("/results/0/protocol/images_searched").asInt()).isEqualTo(3);
        assertThat(json.at("/results/0/protocol/whitening").asText()).contains("second moments");
        assertThat(json.at("/results/0/metrics/levels/strong/queries").asInt()).isEqualTo(1);
    }

    @Test
    void revisitedHasThreeLevelsAndSeveralScales() throws IOException {
        photo("cat.jpg", "oxford/a.jpg");
        photo("cat-closer.jpg", "oxford/b.jpg");
        photo("dogs.jpg", "oxford/c.jpg");
        photo("cat.jpg", "oxford/q.jpg");
        Path truth = folder.resolve("gnd.json");
        Files.writeString(
                truth,
                "{\"imlist\": [\"a\", \"b\", \"c\"], \"qimlist\": [\"q\"], \"gnd\": [{\"easy\": [0], \"hard\": [1],"
                        + " \"junk\": []}]}");
        JsonNode json = eval(
                        "--protocol",
                        "revisited",
                        "--photos",
                        folder.resolve("oxford"),
                        "--truth",
                        truth,
                        "--multi-scale",
                        "--json")
                .exits(0)
                .json();
        assertThat(json.at("/results/0/metrics/levels/easy/map").asDouble()).isEqualTo(1);
        assertThat(json.at("/results/0/metrics/levels/hard/queries").asInt()).isEqualTo(1);
        assertThat(json.at("/results/0/setup/scales")).hasSize(3);
        assertThat(json.at("/results/0/setup/transform").asText()).contains("longer side at most 224", "lanczos");
    }

    @Test
    void whatIsMissingOrDoesNotFitIsTold() throws IOException {
        photo("cat.jpg", "set/cat/1.jpg");
        Path set = folder.resolve("set");
        eval("--photos", set, "--truth", "gnd.json").fails(2, "--truth is for --protocol revisited");
        eval("--photos", set, "--protocol", "copies").fails(2, "--copies FOLDER");
        eval("--photos", set, "--protocol", "revisited").fails(2, "--truth FILE");
        eval("--photos", set, "--protocol", "holidays").fails(1, "no query is there");
        Files.writeString(folder.resolve("bad.json"), "{");
        eval("--photos", set, "--protocol", "revisited", "--truth", folder.resolve("bad.json"))
                .fails(1, "bad.json", "no JSON");
        Files.writeString(set.resolve("cat/2.jpg"), "no picture");
        eval("--photos", set, "--size", 64).fails(1, "2.jpg", "cannot be read");
    }
}
