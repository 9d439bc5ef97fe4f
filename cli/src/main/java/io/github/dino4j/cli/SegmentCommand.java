package io.github.dino4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.Dino;
import io.github.dino4j.eval.Setup;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentPredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "segment",
        description = "Tell the class of every pixel: a picture with the classes over the photo, and their shares.",
        footer = {
            "",
            "Examples:",
            "  dino4j segment -m dinov2_vits14.pth --head dinov2_vits14_ade20k_linear_head.pth -o out photos/",
            "  dino4j segment -m model.pth --head head.pth --classes classes.txt -o road.png --indexed road.jpg",
            "  dino4j segment -m random:7 --random-head 7 cat.jpg"
        })
final class SegmentCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private SegmenterOptions segmenter = new SegmenterOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "A .png for one image, or a folder: a picture each (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "segment");

    @Option(
            names = "--indexed",
            description = "Also NAME.labels.png: the class of each pixel as a number, colours in the palette.")
    private boolean indexed;

    @Option(names = "--rle", description = "Also NAME.json: a mask for each class as COCO's run lengths.")
    private boolean rle;

    @Option(
            names = "--scores",
            description = "Also NAME.npy: the probability of every class, float32 [K, height, width].")
    private boolean scores;

    @Option(
            names = "--skip-unreadable",
            description = "Exit with 0 although images could not be read or used; they are listed either way.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "The shares, the files and the settings as JSON on stdout.")
    private boolean json;

    @Parameters(arity = "1..*", paramLabel = "IMAGES", description = "As in 'dino4j features'.")
    private List<String> arguments = List.of();

    private final List<List<String>> table = new ArrayList<>();
    private final List<Map<String, Object>> results = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        segmenter.check(console);
        List<Path> paths = ImageFolder.expand(arguments);
        Places places = Places.of(output, paths, console);
        Photos photos = new Photos(paths, decoding.decoder());
        try (Dino dino = model.load(console);
                SegmentPredictor predictor = segmenter.load(dino.model(), scores, console)) {
            segmenter.head().compare(model, console);
            List<String> warnings = segmenter.head().warnings(dino.card().warnings());
            photos.each(console, (image, path, photo) -> {
                SegmentMap map = predictor.predict(photo);
                note(path, map, write(places, image, photo, map, warnings));
            });
            report(photos, Setup.of(predictor), predictor.classes().name(), warnings);
        }
        return photos.exitCode(skipUnreadable, console);
    }

    private List<Path> write(Places places, int image, RgbImage photo, SegmentMap map, List<String> warnings)
            throws IOException {
        List<Path> written = new ArrayList<>(List.of(places.picture(image)));
        Output.png(places.picture(image), map.overlay(photo));
        if (indexed) {
            written.add(Output.written(places.beside(image, ".labels.png"), map::writeIndexedPng));
        }
        if (rle) {
            ObjectNode tree = map.toJson();
            ArrayNode told = tree.putArray("warnings");
            warnings.forEach(told::add);
            Path file = places.beside(image, ".json");
            Output.text(file, tree + "\n");
            written.add(file);
        }
        if (scores) {
            written.add(Output.written(places.beside(image, ".npy"), map::writeScores));
        }
        return written;
    }

    private void note(Path path, SegmentMap map, List<Path> written) {
        List<Map<String, Object>> shares = new ArrayList<>();
        for (SegmentMap.Share share : map.shares()) {
            table.add(List.of(
                    path.toString(),
                    share.name(),
                    String.format(Locale.ROOT, "%.2f", 100 * share.fraction()),
                    Long.toString(share.pixels()),
                    String.format(Locale.ROOT, "%.3f", share.confidence())));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("class", share.category());
            row.put("name", share.name());
            row.put("fraction", share.fraction());
            row.put("pixels", share.pixels());
            row.put("confidence", share.confidence());
            shares.add(row);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("image", path.toString());
        result.put("width", map.width());
        result.put("height", map.height());
        result.put("output", written.stream().map(Path::toString).toList());
        result.put("shares", shares);
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
        } else if (!table.isEmpty()) {
            table.add(0, List.of("image", "class", "share %", "pixels", "confidence"));
            Table.of(table).forEach(console.out()::println);
            segmenter.head().conclude(console);
            console.out().println(output);
        }
    }
}
