package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.classify.Classification;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.text.TextEncoder;
import io.github.dino4j.text.TextSegmenter;
import io.github.dino4j.text.ZeroShotPredictor;
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
        name = "zeroshot",
        description = "Tell what is on photos by words alone (dino.txt): the class of each photo, or of every pixel.",
        footer = {
            "",
            "Examples:",
            "  dino4j zeroshot -m dinov3_vitl16.pth --head dinov3_vitl16_dinotxt.pth --class cat --class dog photos/",
            "  dino4j zeroshot -m model.pth --head dinotxt.pth --segment --classes words.txt -o out photos/",
            "  dino4j zeroshot -m random:7 --random-head 7 --class cat --class dog cat.jpg"
        })
final class ZeroshotCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TextOptions text = new TextOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--segment", description = "The class of every pixel: a picture with the classes over the photo.")
    private boolean segment;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description =
                    "Shorter side of photos for the model, to a multiple of the patch (default: ${DEFAULT-VALUE}).")
    private int size = 512;

    @Option(
            names = "--window",
            paramLabel = "PIXELS",
            description =
                    "Side of the windows of --segment, half of which is the stride; 0: in one piece (default: ${DEFAULT-VALUE}).")
    private int window = 384;

    @Option(names = "--top", paramLabel = "K", description = "Classes that are told (default: ${DEFAULT-VALUE}).")
    private int top = 5;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "A .png for one image, or a folder: a picture each (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "zeroshot");

    @Option(
            names = "--skip-unreadable",
            description = "Exit with 0 although images could not be read or used; they are listed either way.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "The classes, the files and the settings as JSON on stdout.")
    private boolean json;

    @Parameters(arity = "1..*", paramLabel = "IMAGES", description = "As in 'dino4j features'.")
    private List<String> arguments = List.of();

    private final List<List<String>> table = new ArrayList<>();
    private final List<Map<String, Object>> results = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        check();
        List<Path> paths = ImageFolder.expand(arguments);
        Places places = Places.of(output, paths, console);
        Photos photos = new Photos(paths, decoding.decoder());
        try (Dino dino = model.load(console);
                TextEncoder encoder = encoder(dino.model())) {
            if (segment) {
                segment(photos, places, encoder);
            } else {
                classify(photos, places, encoder);
            }
            report(photos, encoder, text.head().warnings(dino.card().warnings()));
        }
        return photos.exitCode(skipUnreadable, console);
    }

    private void check() {
        text.check(console);
        if (top < 1) {
            throw console.usage("--top " + top + ": wanted a number of classes above 0");
        }
        if (size < 1) {
            throw console.usage("--size " + size + ": wanted a number of pixels above 0");
        }
        if (console.given("--window") && !segment) {
            throw console.usage("--window is for --segment");
        }
        if (window < 0 || window == 1) {
            throw console.usage("--window " + window + ": wanted a number of pixels, or 0 for one piece");
        }
    }

    private TextEncoder encoder(Model backbone) {
        TextEncoder loaded = text.load(backbone, console);
        try {
            return loaded.withSide(size);
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private void classify(Photos photos, Places places, TextEncoder encoder) throws IOException {
        ZeroShotPredictor predictor = new ZeroShotPredictor(encoder, text.classes(), text.templates());
        photos.each(console, (image, path, photo) -> {
            Classification found = predictor.predict(photo);
            Output.png(places.picture(image), found.captioned(photo, top));
            note(path, found, places.picture(image));
        });
    }

    private void segment(Photos photos, Places places, TextEncoder encoder) throws IOException {
        TextSegmenter.Options options = window == 0
                ? TextSegmenter.Options.whole(size)
                : TextSegmenter.Options.windows(size, window, window / 2);
        TextSegmenter predictor = new TextSegmenter(encoder, text.classes(), text.templates(), options);
        photos.each(console, (image, path, photo) -> {
            SegmentMap map = predictor.predict(photo);
            Output.png(places.picture(image), map.overlay(photo));
            note(path, map, places.picture(image));
        });
    }

    private void note(Path path, Classification found, Path picture) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Classification.Ranked ranked : found.top(top)) {
            table.add(List.of(path.toString(), ranked.name(), percent(ranked.probability())));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("class", ranked.category());
            row.put("name", ranked.name());
            row.put("probability", ranked.probability());
            list.add(row);
        }
        results.add(result(path, picture, "top", list));
    }

    private void note(Path path, SegmentMap map, Path picture) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (SegmentMap.Share share : map.shares().stream().limit(top).toList()) {
            table.add(List.of(path.toString(), share.name(), percent(share.fraction())));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("class", share.category());
            row.put("name", share.name());
            row.put("fraction", share.fraction());
            row.put("pixels", share.pixels());
            list.add(row);
        }
        results.add(result(path, picture, "shares", list));
    }

    private static Map<String, Object> result(Path path, Path picture, String key, List<Map<String, Object>> list) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("image", path.toString());
        result.put("output", List.of(picture.toString()));
        result.put(key, list);
        return result;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f", 100 * share);
    }

    private void report(Photos photos, TextEncoder encoder, List<String> warnings) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("classes", text.classes().names());
            map.put("templates", text.templates().texts());
            map.put("space", encoder.space());
            map.put("warnings", warnings);
            map.put("size", size);
            if (segment) {
                map.put("window", window);
            } else {
                map.put("transform", encoder.transform().describe());
            }
            map.put("images", results);
            map.put("failed", photos.failed());
            console.json(map);
        } else if (!table.isEmpty()) {
            table.add(0, List.of("image", "class", segment ? "share %" : "probability %"));
            Table.of(table).forEach(console.out()::println);
            text.head().conclude(console);
            console.out().println(output);
        }
    }
}
