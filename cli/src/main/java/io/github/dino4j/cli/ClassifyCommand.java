package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.classify.Classification;
import io.github.dino4j.classify.ClassificationPredictor;
import io.github.dino4j.classify.ClassificationPredictor.Labelling;
import io.github.dino4j.classify.FeatureClassifier;
import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.classify.FewShotPredictor;
import io.github.dino4j.classify.LogisticRegression;
import io.github.dino4j.classify.NearestCentroid;
import io.github.dino4j.data.ClassFolders;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.eval.LabelledFeatures;
import io.github.dino4j.eval.PhotoFeatures;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.Predictor;
import java.io.IOException;
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
        name = "classify",
        description = "Tell the class of whole photos, by a trained head or by a few examples of each class.",
        footer = {
            "",
            "Examples:",
            "  dino4j classify -m dinov2_vits14.pth --head dinov2_vits14_linear_head.pth --classes imagenet.txt photos/",
            "  dino4j classify -m model.pth --examples animals --top 3 -o captioned photos/",
            "  dino4j classify -m random:7 --random-head 7 cat.jpg"
        })
final class ClassifyCommand implements Callable<Integer> {
    private static final double TEMPERATURE = 0.07;

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ClassifierOptions classifier = new ClassifierOptions();

    @Option(
            names = "--examples",
            paramLabel = "FOLDER",
            description = "Instead of a head: photos of each class, FOLDER/CLASS/*.jpg. One a class will do.")
    private Optional<Path> examples = Optional.empty();

    @Option(
            names = "--by",
            description = {
                "How examples tell a class, ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}):",
                "centroid: the class whose mean feature is nearest by cosine",
                "logistic: logistic regression, for ten and more a class"
            })
    private By by = By.centroid;

    @Option(
            names = "--c",
            paramLabel = "C",
            description = "Inverse strength of the penalty of --by logistic (default: ${DEFAULT-VALUE}).")
    private double c = 1;

    @Mixin
    private PhotoFeatureOptions features = new PhotoFeatureOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--top", paramLabel = "K", description = "Classes that are told (default: ${DEFAULT-VALUE}).")
    private int top = 5;

    @Option(
            names = "--several",
            description = "A photo may have several classes: each probability stands for itself (heads only).")
    private boolean several;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "A .png for one image, or a folder: each photo with its classes under it (default: none).")
    private Optional<Path> output = Optional.empty();

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

    enum By {
        centroid,
        logistic
    }

    /** A predictor and what the result says of it. */
    private record Chosen(Predictor<Classification> predictor, String classes, Map<String, Object> setup) {}

    @Override
    public Integer call() throws IOException {
        check();
        Optional<TruthSet> set = examples.map(ClassFolders::read);
        List<Path> paths = ImageFolder.expand(arguments);
        Optional<Places> places =
                output.isPresent() ? Optional.of(Places.of(output.get(), paths, console)) : Optional.empty();
        Photos photos = new Photos(paths, decoding.decoder());
        try (Dino dino = model.load(console)) {
            Chosen chosen = set.isPresent() ? byExamples(dino.model(), set.get()) : byHead(dino.model());
            try (Predictor<Classification> predictor = chosen.predictor()) {
                photos.each(console, (image, path, photo) -> {
                    Classification found = predictor.predict(photo);
                    note(path, found, draw(places, image, photo, found));
                });
            }
            report(photos, chosen, warnings(dino.card().warnings()));
        }
        return photos.exitCode(skipUnreadable, console);
    }

    private void check() {
        if (top < 1) {
            throw console.usage("--top " + top + ": wanted a number of classes above 0");
        }
        if (examples.isEmpty()) {
            classifier.check(console);
            features.requireNoFeatures(console);
            for (String option : List.of("--by", "--c")) {
                if (console.given(option)) {
                    throw console.usage(option + " is for --examples, which is missing");
                }
            }
            return;
        }
        for (String option : List.of("--head", "--random-head", "--classes", "--several")) {
            if (console.given(option)) {
                throw console.usage("--examples and " + option + " exclude each other: the folders of the examples are"
                        + " the classes, one a photo");
            }
        }
        if (console.given("--c") && by != By.logistic) {
            throw console.usage("--c is for --by logistic");
        }
        if (!(c > 0) || Double.isInfinite(c)) {
            throw console.usage("--c " + c + ": wanted a number above 0");
        }
    }

    private Chosen byHead(Model backbone) {
        ClassificationPredictor loaded = classifier.load(backbone, features, console);
        ClassificationPredictor predictor = several ? loaded.with(Labelling.SEVERAL) : loaded;
        Map<String, Object> setup =
                new LinkedHashMap<>(PhotoFeatures.of(predictor.reader()).setup().values());
        setup.put("head", predictor.source());
        setup.put("labels", several ? "several" : "one");
        return new Chosen(predictor, predictor.classes().name(), setup);
    }

    private Chosen byExamples(Model backbone, TruthSet set) {
        FeatureReader reader = features.reader(backbone);
        PhotoFeatures how = PhotoFeatures.of(reader).with(decoding.decoder());
        LabelledFeatures known = EvaluationProgress.read(how, set, console);
        int count = set.classes().size();
        FeatureClassifier made = by == By.centroid
                ? new NearestCentroid(known.rows(), known.labels(), count, TEMPERATURE)
                : LogisticRegression.fit(known.rows(), known.labels(), count, c);
        Map<String, Object> setup = new LinkedHashMap<>(how.setup().values());
        setup.put("examples", set.name());
        setup.put("example_images", known.rows().size());
        setup.put("by", by == By.centroid ? "centroid, temperature " + TEMPERATURE : "logistic regression, C " + c);
        return new Chosen(new FewShotPredictor(reader, made, set.classes()), set.name(), setup);
    }

    private List<String> warnings(List<String> ofBackbone) {
        return examples.isPresent() ? ofBackbone : classifier.head().warnings(ofBackbone);
    }

    private List<Path> draw(Optional<Places> places, int image, RgbImage photo, Classification found)
            throws IOException {
        if (places.isEmpty()) {
            return List.of();
        }
        Path picture = places.get().picture(image);
        Output.png(picture, found.captioned(photo, top));
        return List.of(picture);
    }

    private void note(Path path, Classification found, List<Path> written) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Classification.Ranked ranked : found.top(top)) {
            table.add(List.of(
                    path.toString(), ranked.name(), String.format(Locale.ROOT, "%.2f", 100 * ranked.probability())));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("class", ranked.category());
            row.put("name", ranked.name());
            row.put("probability", ranked.probability());
            list.add(row);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("image", path.toString());
        result.put("output", written.stream().map(Path::toString).toList());
        result.put("top", list);
        results.add(result);
    }

    private void report(Photos photos, Chosen chosen, List<String> warnings) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("classes", chosen.classes());
            map.put("warnings", warnings);
            map.putAll(chosen.setup());
            map.put("images", results);
            map.put("failed", photos.failed());
            console.json(map);
        } else if (!table.isEmpty()) {
            table.add(0, List.of("image", "class", "probability %"));
            Table.of(table).forEach(console.out()::println);
            if (examples.isEmpty()) {
                classifier.head().conclude(console);
            }
            output.ifPresent(console.out()::println);
        }
    }
}
