package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.weights.Safetensors;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes from the command line: train, resume, export, and what the exported files do in the other commands. */
class TrainCommandTest {
    private static final int SIDE = 64;
    private static final int PHOTOS = 8;

    @TempDir
    static Path data;

    @TempDir
    Path folder;

    @BeforeAll
    static void draw() throws IOException {
        ClassList classes = ClassList.of("three", List.of("ground", "red", "green"));
        Files.createDirectories(data.resolve("photos"));
        for (int i = 0; i < PHOTOS; i++) {
            BufferedImage photo = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = photo.createGraphics();
            graphics.setColor(new Color(60 + 20 * i, 90, 200 - 20 * i));
            graphics.fillRect(4 * i, 8, 30, 30);
            graphics.dispose();
            ImageIO.write(photo, "png", data.resolve("photos/" + i + ".png").toFile());
            Trained.mask(data.resolve("masks/" + i + ".png"), SIDE, SIDE, classes);
        }
        Files.copy(Cli.MODEL, data.resolve("model.safetensors"));
        Files.writeString(data.resolve("tiny.yaml"), """
                task: segmentation
                backbone: {file: model.safetensors}
                head: {kind: linear}
                augmentation: {kind: mirror, size: 64}
                data:
                  classes: [ground, red, green]
                  train: {images: photos, masks: masks, range: 0-5}
                  validation: {images: photos, masks: masks, range: 6-7}
                training: {iterations: 4, batch: 2, evaluate_iterations: 2, rate: 1e-2}
                """);
    }

    private Path run() {
        return folder.resolve("run");
    }

    private Cli train(Object... more) {
        List<Object> line = new ArrayList<>(List.of("train", data.resolve("tiny.yaml"), "-o", run()));
        line.addAll(List.of(more));
        return Cli.run(line.toArray());
    }

    /** The lines of a run's log without the time. */
    private static List<String> log(Path run) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            ObjectNode node = (ObjectNode) new ObjectMapper().readTree(line);
            node.remove("seconds");
            lines.add(node.toString());
        }
        return lines;
    }

    @Test
    void writesARecipeToBeginWith() {
        Cli run = Cli.run("train", "--init", "segmentation").exits(0);

        assertThat(run.out()).startsWith("# Segmentation").contains("task: segmentation", "dino4j resume");
        Cli.run("train", "--init", "segmentaton").fails(1, "did you mean 'segmentation'?");
    }

    @Test
    void checksEveryFileAndLearnsNothing() {
        Cli run = train("--check").exits(0);

        assertThat(run.err()).contains("checking every file", "red");
        assertThat(run()).doesNotExist();
    }

    @Test
    void trainsAndTellsWhatCameOut() {
        Cli run = train("--json").exits(0);

        JsonNode json = run.json();
        assertThat(json.path("end").asText()).isEqualTo("complete");
        assertThat(json.path("updates").asInt()).isEqualTo(4);
        assertThat(json.at("/files/0").asText()).endsWith("head.safetensors");
        assertThat(run()).isDirectoryContaining("glob:**/report.html");
    }

    @Test
    void takesChangesFromTheCommandLine() {
        JsonNode json = train("--json", "--no-check", "training.iterations=2", "head.kind=fine-tune-linear")
                .exits(0)
                .json();

        assertThat(json.path("updates").asInt()).isEqualTo(2);
        assertThat(json.path("task").asText()).contains("FineTuneLinear");
    }

    @Test
    void refusesWhatItCannotDoWithOneCleanMessage() throws IOException {
        Cli.run("train").fails(2, "a recipe is missing", "--init");
        Cli.run("train", folder.resolve("no.yaml")).fails(1, "no.yaml: no such recipe");
        train("training.epohcs=3").fails(1, "did you mean 'training.epochs'?");
        train("training.epochs").fails(1, "write key=value");
        train("data.train.images=nosuch").fails(1, "nosuch");
        train("backbone.file=nosuch.pth").fails(1, "nosuch.pth");
        train("head.kind=fpn").fails(1, "reads 4 layers, and the backbone has 2");
        Cli.run("resume", folder).fails(1, "holds no training run");
        Cli.run("export", folder).fails(1, "holds no training run");
    }

    @Test
    void leavesAFolderAloneThatHoldsARun() {
        train("-q", "--no-check", "training.iterations=1").exits(0);

        train("-q", "--no-check").fails(1, "holds a run already");
    }

    @Test
    void aFolderThatHoldsARunIsRefusedBeforeItsDataAreRead() throws IOException {
        Files.writeString(Files.createDirectories(run()).resolve("run.json"), "{}");

        Cli refused = train();

        refused.fails(1, "holds a run already");
        assertThat(refused.err()).doesNotContain("checking every file");
    }

    /** A process of its own that trains slowly enough to be met in the middle. */
    private Process start(Path run) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.github.dino4j.cli.Main",
                        "train",
                        data.resolve("tiny.yaml").toString(),
                        "-o",
                        run.toString(),
                        "--no-check",
                        "training.iterations=300",
                        "training.evaluate_iterations=100",
                        "training.checkpoint_iterations=20")
                .redirectOutput(new File(folder.toFile(), "out.txt"))
                .redirectError(new File(folder.toFile(), "err.txt"))
                .start();
    }

    private void awaitUpdates(Process process, Path run, int updates) throws Exception {
        while (process.isAlive()
                && (!Files.exists(run.resolve("metrics.jsonl"))
                        || Files.readAllLines(run.resolve("metrics.jsonl")).size() < updates)) {
            Thread.sleep(5);
        }
        assertThat(process.isAlive())
                .as("the run goes on; stderr: %s", Files.readString(folder.resolve("err.txt")))
                .isTrue();
    }

    private List<String> uninterrupted() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(start(whole).waitFor()).isZero();
        return log(whole);
    }

    @Test
    void goesOnAfterARequestToEndAndAfterAKillAsIfNothingHadHappened() throws Exception {
        Process process = start(run());
        awaitUpdates(process, run(), 30);
        process.destroy(); // SIGTERM, which takes the way of Ctrl-C; SIGINT is not heard in the background of a shell

        assertThat(process.waitFor()).isEqualTo(128 + 15);
        int saved = updatesOfTheLastCheckpoint();
        assertThat(saved).isEqualTo(lastUpdate());
        assertThat(Files.readString(folder.resolve("err.txt"))).contains("go on with: dino4j resume");

        Process resumed = resume();
        awaitUpdates(resumed, run(), saved + 40);
        resumed.destroyForcibly().waitFor(); // SIGKILL
        assertThat(resume().waitFor()).isZero();

        assertThat(log(run())).isEqualTo(uninterrupted());
        assertThat(run().resolve("head.safetensors")).hasSameBinaryContentAs(folder.resolve("whole/head.safetensors"));
    }

    private Process resume() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.github.dino4j.cli.Main",
                        "resume",
                        run().toString())
                .redirectOutput(new File(folder.toFile(), "out.txt"))
                .redirectError(new File(folder.toFile(), "err.txt"))
                .start();
    }

    private int updatesOfTheLastCheckpoint() throws IOException {
        String progress = Safetensors.metadata(run().resolve("checkpoints/last.safetensors"))
                .getOrDefault("progress", "");
        return new ObjectMapper().readTree(progress).path("iteration").asInt();
    }

    private int lastUpdate() throws IOException {
        List<String> lines = log(run());
        return new ObjectMapper()
                .readTree(lines.get(lines.size() - 1))
                .path("iteration")
                .asInt();
    }

    @Test
    void exportsAdapterAndMergedBackboneThatSegmentAlike() {
        train("-q", "--no-check", "backbone.adaptation=lora", "backbone.lora.rank=2", "training.rate=0.05")
                .exits(0);
        Path out = folder.resolve("out");
        JsonNode files = Cli.run("export", run(), "-o", out, "--merge", "--json")
                .exits(0)
                .json();
        Cli adapted = segment(Cli.MODEL, "--adapter", out.resolve("adapter.safetensors"));
        Cli merged = segment(out.resolve("backbone.safetensors"));
        Cli neither = segment(Cli.MODEL);

        assertThat(files.path("files")).hasSize(3);
        assertThat(shares(merged)).isEqualTo(shares(adapted));
        assertThat(adapted.err() + merged.err()).doesNotContain("trained over an adapter");
        assertThat(neither.err()).contains("the head was trained over an adapter, and the backbone has none");
    }

    private Cli segment(Path model, Object... more) {
        List<Object> line = new ArrayList<>(List.of("segment", "-m", model));
        line.addAll(List.of(more));
        line.addAll(List.of("--head", folder.resolve("out/head.safetensors"), "--json", "-o", folder.resolve("masks")));
        line.add(data.resolve("photos/7.png"));
        return Cli.run(line.toArray()).exits(0);
    }

    /** How much of the photo each class has. */
    private static String shares(Cli run) {
        StringBuilder text = new StringBuilder();
        for (JsonNode share : run.json().at("/images/0/shares")) {
            text.append(share.path("name").asText())
                    .append(' ')
                    .append(share.path("pixels").asInt())
                    .append('\n');
        }
        return text.toString();
    }

    @Test
    void anAdapterThatIsNotThereIsNamed() {
        Path missing = folder.resolve("no.safetensors");

        Cli.run("segment", "-m", Cli.MODEL, "--adapter", missing, "--random-head", 7, data.resolve("photos/7.png"))
                .fails(2, "no.safetensors: no such file");
    }
}
