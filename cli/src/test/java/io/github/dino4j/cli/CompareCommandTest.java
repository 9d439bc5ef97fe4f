package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");

    @TempDir
    private Path folder;

    @Test
    void aFileAndACatalogueNameOnOnePage() throws IOException {
        JsonNode json = Cli.run(
                        "compare", Cli.MODEL, "dino_vits16", CAT, "--size", 64, "-o", folder, "--lang", "zh", "--json")
                .exits(0)
                .json();
        assertThat(json.path("models")).hasSize(2);
        assertThat(json.at("/models/0/learned").asBoolean()).isTrue();
        assertThat(json.at("/models/1/learned").asBoolean()).isFalse();
        assertThat(Files.readString(folder.resolve("index.html"))).contains("lang=\"zh\"", "随机权重");
        assertThat(folder.resolve("comparison.json")).exists();
    }

    @Test
    void theSameFileTwiceHasTwoNames() {
        JsonNode json = Cli.run("compare", Cli.MODEL, Cli.MODEL, CAT, "--size", 64, "-o", folder, "--json")
                .exits(0)
                .json();
        assertThat(json.at("/models/1/name").asText()).endsWith("(2)");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThat(Cli.run("compare", CAT, CAT, "-o", folder).exits(2).err()).contains("found 0 models");
        assertThat(Cli.run("compare", Cli.MODEL, CAT, "-o", folder, "--lang", "de")
                        .exits(2)
                        .err())
                .contains("there are en, zh");
        assertThat(Cli.run("compare", Cli.MODEL, CAT, "-o", folder, "--train", folder)
                        .exits(2)
                        .err())
                .contains("belong together");
    }
}
