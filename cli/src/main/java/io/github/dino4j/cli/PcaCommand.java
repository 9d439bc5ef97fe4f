package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import io.github.dino4j.visual.Enlargement;
import io.github.dino4j.visual.ForegroundClassifier;
import io.github.dino4j.visual.Montage;
import io.github.dino4j.visual.PcaOptions;
import io.github.dino4j.visual.PcaPainter;
import io.github.dino4j.visual.PcaPicture;
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
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "pca",
        description = "Paint the first three principal components of the patches as red, green and blue. Several images"
                + " share one basis, so that a colour means the same in all of them.",
        footer = {
            "",
            "Examples:",
            "  dino4j pca -m model.pth -o cat.png cat.jpg --size 448",
            "  dino4j pca -m model.pth -o pictures/ photos/ --sizing keep-aspect",
            "",
            "The foreground is found first and has a basis of its own. Without --learn the",
            "first component, smoothed by a 3 x 3 median, is cut in two (DINOv2). With it,",
            "a classifier of patches, smoothed alike, is cut at 0.5 (DINOv3's notebook).",
            "--whole paints all patches."
        })
final class PcaCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "PATH",
            description = "A .png for one image, or a folder: a picture each, and sheet.png of all.")
    private Path output = Path.of("");

    @Option(names = "--whole", description = "Paint all patches, not the foreground alone.")
    private boolean whole;

    @Option(
            names = "--threshold",
            paramLabel = "T",
            description = "Where to cut the first component, in deviations from its mean (default: Otsu's threshold);"
                    + " with --learn, the score from which a patch is foreground (default: 0.5).")
    private Optional<Double> threshold = Optional.empty();

    @Option(
            names = "--learn",
            paramLabel = "FOLDER",
            description = "Learn the foreground from images with masks, NAME.jpg and NAME.mask.png (white is"
                    + " foreground): DINOv3's notebook as it is.")
    private Optional<Path> learn = Optional.empty();

    @Option(
            names = "--foreground",
            description =
                    "Which side is the foreground, ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, the one with"
                            + " fewer corners of the image).")
    private PcaOptions.Side side = PcaOptions.Side.CORNERS;

    @Option(
            names = "--opacity",
            paramLabel = "0..1",
            description = "Of the colours over the photo (default: ${DEFAULT-VALUE}).")
    private double opacity = 1;

    @Option(names = "--flat", description = "Each patch a flat square instead of a smooth picture.")
    private boolean flat;

    @Option(names = "--json", description = "What was written, and the variance explained, as JSON on stdout.")
    private boolean json;

    @Parameters(arity = "1..*", paramLabel = "IMAGES", description = "As in 'dino4j features'.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException {
        List<Path> paths = ImageFolder.expand(arguments);
        boolean single = output.toString().toLowerCase(Locale.ROOT).endsWith(".png");
        if (single && paths.size() > 1) {
            throw console.usage("--output " + output + ": " + paths.size()
                    + " images do not fit one picture. Name a folder instead; it gets a picture each and a sheet.");
        }
        if (single) {
            Output.checkFile(output);
        } else {
            Output.folder(output);
        }
        List<Lesson> taught = whole ? List.of() : lessons();
        try (Dino dino = model.load(images, console)) {
            return paint(dino, paths, taught, single);
        }
    }

    /** An image and its mask. */
    private record Lesson(Path photo, Path mask) {}

    private List<Lesson> lessons() {
        if (learn.isEmpty()) {
            return List.of();
        }
        List<Lesson> found = new ArrayList<>();
        for (Path photo : ImageFolder.of(learn.get())) {
            String name = photo.getFileName().toString();
            Path mask = photo.resolveSibling(name.replaceFirst("\\.[^.]*$", "") + ".mask.png");
            if (!name.endsWith(".mask.png") && Files.exists(mask)) {
                found.add(new Lesson(photo, mask));
            }
        }
        if (found.isEmpty()) {
            throw console.usage("--learn " + learn.get() + ": has no image NAME.jpg beside a mask NAME.mask.png");
        }
        return found;
    }

    private int paint(Dino dino, List<Path> paths, List<Lesson> lessons, boolean single) throws IOException {
        ImageDecoder decoder = images.decoder();
        List<Path> read = new ArrayList<>();
        List<Features> features = new ArrayList<>();
        try (Progress progress = new Progress(console)) {
            progress.begins(paths.size(), 0);
            for (Path path : paths) {
                try {
                    features.add(dino.features(decoder.read(path)));
                    read.add(path);
                } catch (ImageException e) {
                    console.err().println("unreadable: " + e.getMessage());
                }
                progress.step();
            }
        }
        if (read.isEmpty()) {
            throw new ImageException("none of the " + paths.size() + " images could be read; nothing was written");
        }
        if (!lessons.isEmpty()) {
            List<boolean[]> foregrounds = learned(dino, decoder, lessons, features);
            PcaPainter painter = PcaPainter.fit(features, foregrounds, options());
            report(
                    painter,
                    true,
                    write(i -> painter.paint(features.get(i), foregrounds.get(i)), decoder, read, single));
        } else {
            PcaPainter painter = PcaPainter.fit(features, options());
            if (!whole && !painter.separatesForeground()) {
                console.note("no foreground of four patches was found; painting all patches");
            }
            List<Path> written = write(i -> painter.paint(features.get(i)), decoder, read, single);
            report(painter, painter.separatesForeground(), written);
        }
        return read.size() == paths.size() ? ExitCode.OK : ExitCode.UNREADABLE;
    }

    /** Foreground of each image by a classifier that learns from the folder of images with masks. */
    private List<boolean[]> learned(Dino dino, ImageDecoder decoder, List<Lesson> lessons, List<Features> images) {
        Transform masks = dino.transform()
                .withInterpolation(Interpolation.BILINEAR)
                .withNormalisation(Normalisation.of(new float[3], new float[] {1, 1, 1}));
        List<Features> taught = new ArrayList<>();
        List<float[]> coverage = new ArrayList<>();
        for (Lesson lesson : lessons) {
            taught.add(dino.features(decoder.read(lesson.photo())));
            coverage.add(ForegroundClassifier.coverage(
                    masks.apply(decoder.read(lesson.mask())),
                    dino.card().config().patch()));
        }
        ForegroundClassifier classifier = ForegroundClassifier.train(taught, coverage, ForegroundClassifier.C);
        console.note("foreground learned from " + taught.size() + " images with masks");
        double cut = threshold.orElse(ForegroundClassifier.THRESHOLD);
        List<boolean[]> foregrounds =
                images.stream().map(f -> classifier.foreground(f, cut)).toList();
        int patches = 0;
        for (boolean[] foreground : foregrounds) {
            for (boolean patch : foreground) {
                patches += patch ? 1 : 0;
            }
        }
        if (patches < 4) {
            throw console.usage("--learn: by what was learned, the images have " + patches
                    + " patches of foreground, and a picture needs 4. Lower --threshold, or leave --learn out.");
        }
        return foregrounds;
    }

    /** Photos are read a second time, one by one: thousands of them would not fit into memory. */
    private List<Path> write(IntFunction<PcaPicture> pictures, ImageDecoder decoder, List<Path> paths, boolean single)
            throws IOException {
        List<String> names = Output.names(paths);
        List<Path> written = new ArrayList<>();
        Montage sheet = Montage.ofColumns(4);
        for (int i = 0; i < paths.size(); i++) {
            RgbImage photo = decoder.read(paths.get(i));
            RgbImage picture = pictures.apply(i).overlay(photo, opacity);
            Path file = single ? output : output.resolve(names.get(i) + "-pca.png");
            Output.png(file, picture);
            written.add(file);
            if (i < SHEET / 2) {
                sheet.add(photo, names.get(i)).add(picture, "components");
            }
        }
        if (paths.size() > 1) {
            Path file = output.resolve("sheet.png");
            Output.png(file, sheet.render());
            written.add(file);
        }
        return written;
    }

    /** Pictures on a sheet that a person still looks at. */
    private static final int SHEET = 80;

    private PcaOptions options() {
        PcaOptions options = PcaOptions.DEFAULT
                .withForeground(!whole)
                .withSide(side)
                .withEnlargement(flat ? Enlargement.NEAREST : Enlargement.BILINEAR);
        return threshold.isPresent() ? options.withThreshold(new PcaOptions.Threshold.At(threshold.get())) : options;
    }

    private void report(PcaPainter painter, boolean foreground, List<Path> written) {
        double[] explained = painter.pca().explainedVarianceRatio();
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("files", written.stream().map(Path::toString).toList());
            map.put("explainedVarianceRatio", explained);
            map.put("foreground", foreground);
            console.json(map);
        } else {
            console.note(String.format(
                    Locale.ROOT,
                    "the three components explain %.0f%%, %.0f%% and %.0f%% of the variance",
                    100 * explained[0],
                    100 * explained[1],
                    100 * explained[2]));
            written.forEach(console.out()::println);
        }
    }
}
