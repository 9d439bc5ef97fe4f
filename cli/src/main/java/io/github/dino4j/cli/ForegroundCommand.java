package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.LabelImage;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.train.ForegroundTraining;
import io.github.dino4j.train.SegmentTruth;
import io.github.dino4j.visual.ForegroundClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "foreground",
        description =
                "Cut a kind of thing out of photos after a few photos with masks: a linear model on patches, learned"
                        + " in seconds.",
        footer = {
            "",
            "Examples:",
            "  dino4j foreground -m model.pth --learn shots/ -o out photos/",
            "  dino4j foreground -m model.pth --learn shots/ --save cat.safetensors",
            "  dino4j foreground -m model.pth --head cat.safetensors --masks -o out photos/",
            "",
            "A shot is a photo NAME.jpg and beside it NAME.mask.png, light where the foreground is."
        })
final class ForegroundCommand implements Callable<Integer> {
    private static final int LIGHT = 128;

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--learn", paramLabel = "FOLDER", description = "Photos with masks to learn from.")
    private Optional<Path> learn = Optional.empty();

    @Option(
            names = "--side",
            paramLabel = "N",
            description = "Pixels of the shorter side that photos are resized to, in learning and in use (default:"
                    + " ${DEFAULT-VALUE}).")
    private int side = ForegroundTraining.SIDE;

    @Option(
            names = "--strength",
            paramLabel = "C",
            description =
                    "Inverse strength of the penalty; more fits the masks more closely (default: ${DEFAULT-VALUE}).")
    private double strength = ForegroundClassifier.C;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "Keep what was learned, a .safetensors; 'dino4j segment' reads it too.")
    private Optional<Path> save = Optional.empty();

    @Option(names = "--head", paramLabel = "FILE", description = "In place of --learn: what --save has kept.")
    private Optional<Path> head = Optional.empty();

    @Option(names = "--masks", description = "Also NAME.mask.png: white where the foreground is, black elsewhere.")
    private boolean masks;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "A .png for one image, or a folder: a picture each (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "foreground");

    @Option(
            names = "--skip-unreadable",
            description = "Exit with 0 although images could not be read or used; they are listed either way.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "The shares of the foreground and the files as JSON on stdout.")
    private boolean json;

    @Parameters(
            arity = "0..*",
            paramLabel = "IMAGES",
            description = "Where to look for it, as in 'dino4j features'; none with --save: only learn.")
    private List<String> arguments = List.of();

    private final List<Map<String, Object>> results = new ArrayList<>();
    private final List<List<String>> table = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        check();
        List<Path> paths = arguments.isEmpty() ? List.of() : ImageFolder.expand(arguments);
        Optional<Places> places = paths.isEmpty() ? Optional.empty() : Optional.of(Places.of(output, paths, console));
        List<SegmentTruth> shots = learn.isPresent() ? shots(learn.get()) : List.of();
        try (Dino dino = model.load(console);
                SegmentPredictor predictor = predictor(dino, shots)) {
            if (places.isEmpty()) {
                report(new Photos(paths, decoding.decoder()), dino.card().warnings());
                return ExitCode.OK;
            }
            Photos photos = new Photos(paths, decoding.decoder());
            Places where = places.get();
            photos.each(console, (image, path, photo) -> {
                SegmentMap map = predictor.predict(photo);
                List<Path> written = new ArrayList<>(List.of(where.picture(image)));
                Output.png(where.picture(image), map.overlay(photo));
                if (masks) {
                    Path file = where.beside(image, ".mask.png");
                    Output.png(file, white(map));
                    written.add(file);
                }
                note(path, map, written);
            });
            report(photos, dino.card().warnings());
            return photos.exitCode(skipUnreadable, console);
        }
    }

    private void check() throws IOException {
        if (learn.isPresent() == head.isPresent()) {
            throw console.usage(
                    learn.isPresent()
                            ? "--learn and --head exclude each other; take one"
                            : "what is the foreground? Give photos with masks (--learn FOLDER), or what was learned before"
                                    + " (--head FILE)");
        }
        if (head.isPresent()) {
            for (String option : List.of("--save", "--side", "--strength")) {
                if (console.given(option)) {
                    throw console.usage(option + " is for --learn; what --head holds was learned before");
                }
            }
            if (!Files.isRegularFile(head.get())) {
                throw console.usage("--head " + head.get() + ": no such file. Check the path.");
            }
        }
        if (arguments.isEmpty() && save.isEmpty()) {
            throw console.usage("no images: name photos to look at, or keep what is learned with --save FILE");
        }
        if (side < 1 || !(strength > 0)) {
            throw console.usage(
                    side < 1
                            ? "--side " + side + ": wanted a number of pixels above 0"
                            : "--strength " + strength + ": wanted a number above 0");
        }
        if (save.isPresent()) {
            Output.checkFile(save.get());
        }
    }

    private List<SegmentTruth> shots(Path folder) {
        ImageDecoder decoder = decoding.decoder();
        List<SegmentTruth> shots = new ArrayList<>();
        for (Path photo : ImageFolder.of(folder)) {
            String name = String.valueOf(photo.getFileName());
            Path mask = photo.resolveSibling(name.replaceFirst("\\.[^.]*$", "") + ".mask.png");
            if (!name.endsWith(".mask.png") && Files.exists(mask)) {
                RgbImage picture = decoder.read(photo);
                RgbImage light = decoder.read(mask);
                if (light.width() != picture.width() || light.height() != picture.height()) {
                    throw console.usage(mask + ": is " + light.width() + " x " + light.height() + " pixels, its photo "
                            + picture.width() + " x " + picture.height() + "; a mask has its photo's size");
                }
                shots.add(new SegmentTruth(picture, Optional.empty(), labels(light)));
            }
        }
        if (shots.isEmpty()) {
            throw console.usage("--learn " + folder + ": has no image NAME.jpg beside a mask NAME.mask.png");
        }
        return shots;
    }

    private static LabelImage labels(RgbImage mask) {
        int[] labels = new int[mask.width() * mask.height()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (mask.rgb()[3 * i + 1] & 0xff) >= LIGHT ? 1 : 0;
        }
        return LabelImage.of(mask.width(), mask.height(), labels);
    }

    private SegmentPredictor predictor(Dino dino, List<SegmentTruth> shots) {
        ClassList classes = ForegroundTraining.CLASSES;
        if (head.isPresent()) {
            return SegmentPredictor.load(dino.model(), head.get(), classes);
        }
        long start = System.nanoTime();
        ForegroundTraining training = ForegroundTraining.fit(dino.model(), shots, side, strength);
        console.note(String.format(
                Locale.ROOT,
                "foreground learned from %d %s with masks in %.1f s",
                shots.size(),
                shots.size() == 1 ? "photo" : "photos",
                (System.nanoTime() - start) * 1e-9));
        if (save.isPresent()) {
            training.save(save.get(), Map.of());
            console.note("kept: " + save.get());
        }
        return training.predictor();
    }

    private static RgbImage white(SegmentMap map) {
        short[] labels = map.labels();
        byte[] rgb = new byte[3 * labels.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (labels[i / 3] == 1 ? 0xff : 0);
        }
        return RgbImage.of(map.width(), map.height(), rgb);
    }

    private void note(Path path, SegmentMap map, List<Path> written) {
        double share = map.shares().stream()
                .filter(one -> one.category() == 1)
                .mapToDouble(SegmentMap.Share::fraction)
                .sum();
        table.add(List.of(path.toString(), String.format(Locale.ROOT, "%.2f", 100 * share)));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("image", path.toString());
        result.put("foreground", share);
        result.put("output", written.stream().map(Path::toString).toList());
        results.add(result);
    }

    private void report(Photos photos, List<String> warnings) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("warnings", warnings);
            save.ifPresent(file -> map.put("head", file.toString()));
            map.put("images", results);
            map.put("failed", photos.failed());
            console.json(map);
            return;
        }
        if (!table.isEmpty()) {
            table.add(0, List.of("image", "foreground %"));
            Table.of(table).forEach(console.out()::println);
        }
        warnings.forEach(console.out()::println);
        console.out().println(arguments.isEmpty() ? save.map(Path::toString).orElse("") : output.toString());
    }
}
