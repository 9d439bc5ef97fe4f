package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalDetectionCommandTest {
    private static final String CATEGORIES =
            "\"categories\":[{\"id\":17,\"name\":\"cat\"},{\"id\":18,\"name\":\"dog\"}]";

    @TempDir
    private Path folder;

    private Path truth;
    private Path result;

    /** A cat of 200 x 100 in one photo, two dogs in another: COCO's numbers 17 and 18. */
    @BeforeEach
    void annotate() throws IOException {
        result = folder.resolve("result.json");
        Path images = Files.createDirectory(folder.resolve("images"));
        Files.copy(Cli.SAMPLES.resolve("cat.jpg"), images.resolve("cat.jpg"));
        Files.copy(Cli.SAMPLES.resolve("dogs.jpg"), images.resolve("dogs.jpg"));
        truth = annotations("truth.json", "[10,20,200,100]");
    }

    private Path annotations(String name, String box) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "{\"images\":[{\"id\":1,\"file_name\":\"cat.jpg\",\"width\":640,\"height\":480},"
                        + "{\"id\":2,\"file_name\":\"dogs.jpg\"}]," + CATEGORIES + ",\"annotations\":["
                        + row(1, 17, box, "\"id\":1")
                        + "," + row(2, 18, "[0,0,40,40]", "\"id\":2") + "," + row(2, 18, "[100,0,20,20]", "\"id\":3")
                        + "]}");
    }

    private static String row(int image, int category, String box, String more) {
        return "{\"image_id\":" + image + ",\"category_id\":" + category + ",\"bbox\":" + box + "," + more + "}";
    }

    private Path found(String... rows) throws IOException {
        return Files.writeString(folder.resolve("found.json"), "[" + String.join(",", rows) + "]");
    }

    @Test
    void givesCocosTwelveFiguresOfAResultFile() throws IOException {
        // The cat is found exactly; of the dogs the large one exactly, the small one not at all: at every IoU precision
        // is 1 up
        // to a recall of 0.5, that is at 51 of 101 recalls.
        Path found = found(row(1, 17, "[10,20,200,100]", "\"score\":0.9"), row(2, 18, "[0,0,40,40]", "\"score\":0.8"));

        Cli run = Cli.run("eval", "detection", "--predictions", found, "--coco", truth, "-o", result)
                .exits(0);

        JsonNode json = new ObjectMapper().readTree(result.toFile());
        double dog = 51.0 / 101;
        assertThat(json.at("/metrics/AP").asDouble()).isEqualTo((1 + dog) / 2, within(1e-9));
        assertThat(json.at("/metrics/APs").asDouble()).isZero(); // only the small dog, not found
        assertThat(json.at("/metrics/APm").asDouble()).isEqualTo(1, within(1e-9)); // 40 x 40
        assertThat(json.at("/metrics/APl").asDouble()).isEqualTo(1, within(1e-9)); // 200 x 100
        assertThat(json.at("/metrics/AR100").asDouble()).isEqualTo(0.75, within(1e-9));
        assertThat(json.at("/metrics/classes/dog/AP").asDouble()).isEqualTo(dog, within(1e-9));
        assertThat(json.at("/metrics")).hasSize(13);
        assertThat(json.at("/data/images").asInt()).isEqualTo(2);
        assertThat(run.out()).contains("AP50").contains("AP dog 50.5");
    }

    @Test
    void measuresAModelOverPhotos() throws IOException {
        Cli.run(
                        "eval",
                        "detection",
                        "-m",
                        Cli.MODEL,
                        "--random-head",
                        7,
                        "--side",
                        96,
                        "--images",
                        folder.resolve("images"),
                        "--coco",
                        truth,
                        "-o",
                        result)
                .exits(0);

        JsonNode json = new ObjectMapper().readTree(result.toFile());
        assertThat(json.at("/metrics/AP").asDouble()).isBetween(0.0, 0.5);
        assertThat(json.at("/setup/head/kind").asText()).isEqualTo("Detector");
        assertThat(json.at("/setup/input/least_score").asDouble()).isZero();
    }

    @Test
    void namesWhatIsWrongWithTheBoxes() throws IOException {
        Path out = annotations("out.json", "[600,20,200,100]");
        Path found = found(row(3, 17, "[1,1,1,1]", "\"score\":1"), row(1, 99, "[1,1,1,1]", "\"score\":1"));

        Cli.run("eval", "detection", "--predictions", found, "--coco", out, "-o", result)
                .fails(1, "annotation 1: its box", "reaches out of image 1, 640 x 480");
        Cli.run("eval", "detection", "--predictions", found, "--coco", truth, "-o", result)
                .fails(1, "row 1: image 3 is not among", "row 2: category 99 is not among");
        assertThat(result).doesNotExist();
    }

    @Test
    void refusesCategoriesThatTheDetectorDoesNotKnow() throws IOException {
        Path cows = Files.writeString(
                folder.resolve("cows.json"), Files.readString(truth).replace("\"dog\"", "\"unicorn\""));

        Cli.run(
                        "eval",
                        "detection",
                        "-q",
                        "-m",
                        Cli.MODEL,
                        "--random-head",
                        7,
                        "--side",
                        96,
                        "--images",
                        folder.resolve("images"),
                        "--coco",
                        cows,
                        "-o",
                        result)
                .fails(1, "'unicorn'", "not among the classes of coco");
    }

    @Test
    void saysWhatIsMissing() {
        Cli.run("eval", "detection", "-o", result).fails(2, "one of --coco FILE and --voc FOLDER");
        Cli.run("eval", "detection", "--coco", truth, "-o", result).fails(2, "--images FOLDER is missing");
        Cli.run("eval", "detection", "--coco", truth, "--images", folder, "--random-head", 7, "-o", result)
                .fails(2, "a model is missing", "--predictions FILE");
        Cli.run("eval", "detection", "--predictions", truth, "--coco", truth, "-m", "x.pth", "-o", result)
                .fails(2, "-m is for measuring a model");
    }
}
