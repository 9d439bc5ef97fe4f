package io.github.dino4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.dino4j.Dino;
import io.github.dino4j.detect.CocoClasses;
import io.github.dino4j.detect.Detection;
import io.github.dino4j.detect.DetectionList;
import io.github.dino4j.detect.DetectionPredictor;
import io.github.dino4j.eval.Setup;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.ImageFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntUnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "detect",
        description = "Find objects: a picture with a box, a class and a score for each.",
        footer = {
            "",
            "Examples:",
            "  dino4j detect -m dinov3_vit7b16.pth --head dinov3_vit7b16_coco_detr_head.pth -o out photos/",
            "  dino4j detect -m model.pth --head detector.safetensors --coco found.json --score 0.05 photos/",
            "  dino4j detect -m random:7 --random-head 7 --score 0 --most 5 cat.jpg"
        })
final class DetectCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DetectorOptions detector = new DetectorOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "A .png for one image, or a folder: a picture each (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "detect");

    @Option(
            names = "--coco",
            paramLabel = "FILE",
            description =
                    "All detections as a COCO result file: image_id is the number that a file's name ends in, or its"
                            + " place in the list, counted from 1; category_id COCO's number, or the class's place, counted from"
                            + " 1.")
    private Optional<Path> coco = Optional.empty();

    @Option(
            names = "--skip-unreadable",
            description = "Exit with 0 although images could not be read or used; they are listed either way.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "The detections, the files and the settings as JSON on stdout.")
    private boolean json;

    @Parameters(arity = "1..*", paramLabel = "IMAGES", description = "As in 'dino4j features'.")
    private List<String> arguments = List.of();

    private final List<List<String>> table = new ArrayList<>();
    private final List<Map<String, Object>> results = new ArrayList<>();
    private final ArrayNode rows = new ObjectMapper().createArrayNode();

    @Override
    public Integer call() throws IOException {
        detector.check(console);
        List<Path> paths = ImageFolder.expand(arguments);
        Places places = Places.of(output, paths, console);
        if (coco.isPresent()) {
            Output.checkFile(coco.get());
        }
        Photos photos = new Photos(paths, decoding.decoder());
        try (Dino dino = model.load(console);
                DetectionPredictor predictor = detector.load(dino.model(), console)) {
            detector.head().compare(model, console);
            List<String> warnings = detector.head().warnings(dino.card().warnings());
            IntUnaryOperator ids = ids(predictor.classes().name());
            photos.each(console, (image, path, photo) -> {
                DetectionList found = predictor.predict(photo);
                Output.png(places.picture(image), found.overlay(photo));
                rows.addAll(found.toCocoResults(id(path, image + 1), ids));
                note(path, found, places.picture(image));
            });
            if (coco.isPresent()) {
                Output.text(coco.get(), rows + "\n");
            }
            report(photos, Setup.of(predictor), predictor.classes().name(), warnings);
        }
        return photos.exitCode(skipUnreadable, console);
    }

    /** COCO's numbers of the classes where they are COCO's; others are counted from 1, as COCO counts. */
    private static IntUnaryOperator ids(String classes) {
        return switch (classes) {
            case "coco" -> CocoClasses::id;
            case "coco-91" -> index -> index;
            default -> index -> index + 1;
        };
    }

    /** COCO's files are called by their number: 000000000139.jpg. */
    private static long id(Path path, long otherwise) {
        String digits =
                String.valueOf(path.getFileName()).replaceFirst("\\.[^.]*$", "").replaceFirst(".*\\D", "");
        return digits.matches("\\d{1,15}") ? Long.parseLong(digits) : otherwise;
    }

    private void note(Path path, DetectionList found, Path picture) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Detection one : found.detections()) {
            Box box = one.box();
            String name = found.classes().nameOf(one.category());
            table.add(List.of(
                    path.toString(),
                    name,
                    String.format(Locale.ROOT, "%.3f", one.score()),
                    String.format(Locale.ROOT, "%.0f %.0f %.0f %.0f", box.x0(), box.y0(), box.width(), box.height())));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("class", one.category());
            row.put("name", name);
            row.put("score", one.score());
            row.put("bbox", List.of(box.x0(), box.y0(), box.width(), box.height()));
            list.add(row);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("image", path.toString());
        result.put("width", found.width());
        result.put("height", found.height());
        result.put("output", List.of(picture.toString()));
        result.put("detections", list);
        results.add(result);
    }

    private void report(Photos photos, Setup setup, String classes, List<String> warnings) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("classes", classes);
            map.put("warnings", warnings);
            map.putAll(setup.values());
            map.put("images", results);
            map.put("failed", photos.failed());
            console.json(map);
        } else if (!results.isEmpty()) {
            table.add(0, List.of("image", "class", "score", "x y width height"));
            Table.of(table).forEach(console.out()::println);
            detector.head().conclude(console);
            console.out().println(output);
        }
    }
}
