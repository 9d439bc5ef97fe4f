package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");

    @TempDir
    private Path folder;

    private Cli detect(Object... more) {
        Object[] given = {"detect", "-m", Cli.MODEL, "--random-head", 7, "--side", 96};
        Object[] all = Arrays.copyOf(given, given.length + more.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return Cli.run(all);
    }

    @Test
    void drawsBoxesOverAPhotoAndTellsThem() {
        Path picture = folder.resolve("out.png");

        Cli run = detect("--score", 0, "--most", 5, "-o", picture, CAT).exits(0);

        assertThat(ImageDecoder.standard().read(picture).width()).isEqualTo(640);
        assertThat(run.out().lines().filter(line -> line.contains("cat.jpg"))).hasSize(5);
        assertThat(run.out()).startsWith("image").contains("knows nothing");
    }

    @Test
    void writesCocosResultFile() throws IOException {
        Path file = folder.resolve("found.json");

        Cli run = detect("--score", 0, "--most", 3, "--coco", file, "--json", "-o", folder, CAT)
                .exits(0);

        JsonNode rows = new ObjectMapper().readTree(file.toFile());
        assertThat(rows).hasSize(3);
        assertThat(rows.at("/0/image_id").asLong()).isEqualTo(1);
        assertThat(rows.at("/0/bbox")).hasSize(4);
        JsonNode json = run.json();
        assertThat(json.at("/images/0/detections/0/score").asDouble())
                .isEqualTo(rows.at("/0/score").asDouble());
        assertThat(json.at("/head/kind").asText()).isEqualTo("Detector");
    }

    @Test
    void refusesAScoreAboveOne() {
        Cli run = detect("--score", 2, CAT).exits(2);

        assertThat(run.err()).contains("--score 2.0: a score lies between 0 and 1");
    }
}
