package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.augment.Scene;
import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.correspond.ObjectMask;
import io.github.dino4j.detect.Detector;
import io.github.dino4j.detect.DetectorConfig;
import io.github.dino4j.detect.DetectorFile;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.weights.Checkpoints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@code ./dino4j} command of docs/how-to, run as a user runs it: a process of its own, in a folder of photos. */
class HowToTest {
    private static final Path ROOT = Path.of("..");
    private static final Path CHECKPOINT = Path.of("../core/src/test/resources/golden/backbone/ckpt_mlp_zip.pth");
    private static final int WIDTH = 48; // of the checkpoint
    private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/how-to"))) {
            return files.sorted().toList().stream()
                    .filter(page -> !commands(page).isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void runsAsItIsWritten(Path page, @TempDir Path folder) throws Exception {
        Files.copy(CHECKPOINT, folder.resolve("model.pth"));
        Files.createDirectory(folder.resolve("photos"));
        for (String photo : List.of("cat.jpg", "cat-closer.jpg", "dogs.jpg")) {
            Files.copy(
                    ROOT.resolve("samples").resolve(photo),
                    folder.resolve("photos").resolve(photo));
        }
        train(folder);
        gather(folder);
        teach(folder);
        film(folder);
        annotate(folder);

        for (List<String> command : commands(page)) {
            Path log = Files.createTempFile(folder, "log", ".txt");
            Process process = start(command, folder, log);

            assertThat(process.waitFor())
                    .as("%s: %s%n%s", page, command, Files.readString(log, StandardCharsets.UTF_8))
                    .isZero();
        }
    }

    /** As a shell does it: what stands behind {@code >} is the file that stdout goes to. */
    private static Process start(List<String> command, Path folder, Path log) throws IOException {
        int redirection = command.indexOf(">");
        if (redirection < 0) {
            return new ProcessBuilder(java(command))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        }
        return new ProcessBuilder(java(command.subList(0, redirection)))
                .directory(folder.toFile())
                .redirectError(log.toFile())
                .redirectOutput(folder.resolve(command.get(redirection + 1)).toFile())
                .start();
    }

    /** Heads for the checkpoint, under the names that the pages use. */
    private static void train(Path folder) throws IOException {
        Trained.segmenter(folder.resolve("head.safetensors"), WIDTH, 11);
        Trained.depth(folder.resolve("depth-head.safetensors"), WIDTH);
        Trained.classifier(folder.resolve("classifier.safetensors"), WIDTH, List.of("cat", "dog"));
        Trained.text(folder, CHECKPOINT);
        Files.write(folder.resolve("classes.txt"), ClassList.named("camvid").names());
    }

    /**
     * Photos with their truth: {@code streets/images} and {@code masks}, {@code rooms/color} and {@code depth}, {@code
     * animals/train} and {@code test} by class.
     */
    private static void gather(Path folder) throws IOException {
        Path cat = ROOT.resolve("samples/cat.jpg");
        RgbImage photo = ImageDecoder.standard().read(cat);
        Trained.mask(folder.resolve("streets/masks/1.png"), photo.width(), photo.height(), ClassList.named("camvid"));
        Trained.measured(folder.resolve("rooms/depth/1.png"), photo.width(), photo.height());
        for (String images : List.of("streets/images", "rooms/color")) {
            Files.copy(cat, Files.createDirectory(folder.resolve(images)).resolve("1.jpg"));
        }
        for (String in : List.of("animals/train", "animals/test")) {
            for (int i = 0; i < 6; i++) {
                Path dogs = ROOT.resolve("samples/dogs.jpg");
                Files.copy(
                        cat,
                        Files.createDirectories(folder.resolve(in).resolve("cat"))
                                .resolve(i + ".jpg"));
                Files.copy(
                        dogs,
                        Files.createDirectories(folder.resolve(in).resolve("dog"))
                                .resolve(i + ".jpg"));
            }
        }
    }

    /** Small photos with masks to learn from, {@code town}, and an adapter for the checkpoint. */
    private static void teach(Path folder) throws IOException {
        for (String photo : List.of("cat.jpg", "coffee.jpg", "dogs.jpg", "mountain-path.jpg")) {
            Path part = folder.resolve("town").resolve(photo.startsWith("mountain") ? "val" : "train");
            Files.createDirectories(part.resolve("images"));
            RgbImage small = Scene.of(
                            ImageDecoder.standard().read(ROOT.resolve("samples").resolve(photo)))
                    .resized(48, 64, Interpolation.BILINEAR)
                    .photo();
            String name = photo.replace(".jpg", ".png");
            small.writePng(part.resolve("images").resolve(name));
            Trained.mask(
                    part.resolve("labels").resolve(name), small.width(), small.height(), ClassList.named("camvid"));
        }
        List<LinearShape> layers = LinearLayers.of(Architecture.of(Checkpoints.open(CHECKPOINT), OptionalInt.empty()));
        Lora.random(LoraSpec.DEFAULT, "tiny", layers, 1).write(folder.resolve("adapter.safetensors"), Map.of());
    }

    /** Four frames, {@code film/images}, with their masks, and one of them with a light mask to learn from, {@code shots}. */
    private static void film(Path folder) throws IOException {
        Path frames = Files.createDirectories(folder.resolve("film/images"));
        Path masks = Files.createDirectories(folder.resolve("film/masks"));
        RgbImage cat = ImageDecoder.standard().read(ROOT.resolve("samples/cat.jpg"));
        int[] labels = new int[192 * 128];
        byte[] light = new byte[3 * labels.length];
        for (int i = 0; i < labels.length; i++) {
            boolean thing = i / 192 >= 32 && i / 192 < 96 && i % 192 >= 48 && i % 192 < 144;
            labels[i] = thing ? 1 : 0;
            java.util.Arrays.fill(light, 3 * i, 3 * i + 3, (byte) (thing ? 255 : 0));
        }
        for (int f = 0; f < 4; f++) {
            cat.crop(100 + 8 * f, 100, 192, 128).writePng(frames.resolve("0000" + f + ".png"));
            ObjectMask.of(192, 128, labels).map().writeIndexedPng(masks.resolve("0000" + f + ".png"));
        }
        Path shots = Files.createDirectory(folder.resolve("shots"));
        Files.copy(frames.resolve("00000.png"), shots.resolve("a.png"));
        RgbImage.of(192, 128, light).writePng(shots.resolve("a.mask.png"));
    }

    /** Two photos with boxes, {@code cells}, what a program found in them, and a detector of their classes. */
    private static void annotate(Path folder) throws IOException {
        Path cells = folder.resolve("cells");
        Files.createDirectories(cells.resolve("images"));
        Path voc = Files.createDirectory(cells.resolve("voc"));
        StringBuilder images = new StringBuilder();
        StringBuilder boxes = new StringBuilder();
        StringBuilder found = new StringBuilder();
        for (int i = 1; i <= 2; i++) {
            Files.copy(ROOT.resolve("samples/cat.jpg"), cells.resolve("images/" + i + ".jpg"));
            String comma = i == 1 ? "" : ",";
            images.append(comma)
                    .append("{\"id\":" + i + ",\"file_name\":\"" + i + ".jpg\",\"width\":640,\"height\":426}");
            String row = "\"image_id\":" + i + ",\"category_id\":3,\"bbox\":[99,49,200,150]";
            boxes.append(comma).append("{\"id\":" + i + "," + row + "}");
            found.append(comma).append("{" + row + ",\"score\":0.5}");
            Files.writeString(
                    voc.resolve(i + ".xml"),
                    "<annotation><object><name>round</name><bndbox><xmin>100</xmin><ymin>50</ymin><xmax>299</xmax>"
                            + "<ymax>199</ymax></bndbox></object></annotation>");
        }
        Files.writeString(
                cells.resolve("boxes.json"),
                "{\"images\":[" + images + "],\"categories\":[{\"id\":3,\"name\":\"round\"}],\"annotations\":[" + boxes
                        + "]}");
        Files.writeString(cells.resolve("found.json"), "[" + found + "]");
        DetectorConfig config =
                DetectorConfig.light(Architecture.of(Checkpoints.open(CHECKPOINT), OptionalInt.empty()), 2);
        try (LoadedHead<Detector> head = LoadedHead.random(7, p -> new Detector(p, config))) {
            head.save(
                    folder.resolve("detector.safetensors"),
                    DetectorFile.texts(config, ClassList.of("cells", List.of("round", "flat")), 96));
        }
    }

    private static List<String> java(List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        line.addAll(arguments);
        return line;
    }

    /** Arguments of the lines that begin with {@code ./dino4j} in shell blocks. */
    private static List<List<String>> commands(Path page) {
        try {
            List<List<String>> commands = new ArrayList<>();
            for (String line : Files.readAllLines(page)) {
                if (line.startsWith("./dino4j ")) {
                    List<String> arguments = new ArrayList<>();
                    Matcher matcher = ARGUMENT.matcher(line.substring("./dino4j ".length()));
                    while (matcher.find()) {
                        arguments.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
                    }
                    commands.add(arguments);
                }
            }
            return commands;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
