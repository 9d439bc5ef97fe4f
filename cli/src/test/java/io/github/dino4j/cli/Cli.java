package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** A run of the command line in this JVM, with what it printed. */
record Cli(int code, String out, String err) {
    static final Path SAMPLES = Path.of("..", "samples");
    private static final Path GOLDEN = Path.of("..", "core", "src", "test", "resources", "golden", "backbone");
    static final Path MODEL = GOLDEN.resolve("ckpt_mlp_official.safetensors");

    static Path golden(String name) {
        return GOLDEN.resolve(name);
    }

    static Cli run(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine main = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int code = main.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Cli(code, out.toString(), err.toString());
    }

    /** The one JSON document on stdout. */
    JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (IOException e) {
            throw new UncheckedIOException(out, e);
        }
    }

    Cli exits(int expected) {
        assertThat(code).as("exit code; stdout: %s%nstderr: %s", out, err).isEqualTo(expected);
        return this;
    }

    /** One clean message: no stack, the exit code given, and these texts. */
    void fails(int expected, String... texts) {
        exits(expected);
        assertThat(err)
                .contains(texts)
                .startsWith("dino4j: ")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
    }

    /** Names of the files in a folder. */
    static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
