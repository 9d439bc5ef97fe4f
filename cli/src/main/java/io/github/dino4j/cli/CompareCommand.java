package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.compare.Comparison;
import io.github.dino4j.compare.ComparisonPage;
import io.github.dino4j.compare.Contender;
import io.github.dino4j.compare.Scoreboard;
import io.github.dino4j.compare.Scoring;
import io.github.dino4j.compare.Words;
import io.github.dino4j.data.ClassFolders;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = "Compare models of any version and make on the same photos: one page, and JSON.",
        footer = {
            "",
            "Examples:",
            "  dino4j compare dino_vits16 dinov2_vits14_reg dinov3_vits16 photo.jpg",
            "  dino4j compare mine.safetensors dinov3_vits16.pth photos/ --lang zh",
            "  dino4j compare mine.safetensors photo.jpg --baselines --train cifar10/train --test cifar10/test",
            "",
            "A name of the catalogue (dino4j models) gives a model with random weights, to look at",
            "its structure."
        })
final class CompareCommand implements Callable<Integer> {
    private static final long SEED = 7;

    @Mixin
    private Console console = new Console();

    @Parameters(
            arity = "2..*",
            paramLabel = "MODEL... IMAGE...",
            description = "Checkpoints, names of the catalogue or random:SEED; then photos or folders of photos.")
    private List<String> arguments = List.of();

    @Mixin
    private LoadingOptions loading = new LoadingOptions();

    @Option(
            names = {"-o", "--out", "--output"},
            paramLabel = "FOLDER",
            description = "Where index.html and comparison.json go (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "compare");

    @Option(names = "--lang", paramLabel = "LANG", description = "Language of the page: en, zh (default: en).")
    private String language = "en";

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Pixels of the shorter side, rounded to whole patches (default: ${DEFAULT-VALUE}).")
    private int size = 224;

    @Option(
            names = "--train",
            paramLabel = "FOLDER",
            description = "Photos with classes, a folder a class: for k-NN and a linear classifier.")
    private Optional<Path> train = Optional.empty();

    @Option(names = "--test", paramLabel = "FOLDER", description = "Photos on which these are measured.")
    private Optional<Path> test = Optional.empty();

    @Option(
            names = "--classify-size",
            paramLabel = "N",
            description = "Side to which these photos are resized (default: ${DEFAULT-VALUE}).")
    private int classifySize = 224;

    @Option(
            names = "--masks-train",
            arity = "2",
            paramLabel = "FOLDER",
            description = "Photos and their masks: for a linear classifier of patches.")
    private List<Path> masksTrain = List.of();

    @Option(
            names = "--masks-test",
            arity = "2",
            paramLabel = "FOLDER",
            description = "Photos and masks on which it is measured.")
    private List<Path> masksTest = List.of();

    @Option(
            names = "--masks-classes",
            paramLabel = "LIST",
            description = "Classes of the masks: a built-in list such as camvid, or a file with a name a line.")
    private Optional<String> masksClasses = Optional.empty();

    @Option(names = "--masks-ignored", paramLabel = "N", description = "Class of the masks that does not count.")
    private Optional<Integer> masksIgnored = Optional.empty();

    @Option(
            names = "--masks-size",
            paramLabel = "N",
            description = "Side to which these photos are resized (default: ${DEFAULT-VALUE}).")
    private int masksSize = 448;

    @Option(
            names = "--baselines",
            description = "Score pixels, colour histograms and random weights of each shape as well.")
    private boolean baselines;

    @Option(names = "--json", description = "The comparison as JSON on stdout too.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Words words = words();
        requirePairs();
        Output.folder(output);
        List<String> models = arguments.stream().filter(CompareCommand::isModel).toList();
        List<String> images = arguments.stream().filter(a -> !isModel(a)).toList();
        if (models.isEmpty() || images.isEmpty()) {
            throw console.usage(
                    "name a model (a checkpoint, a name of 'dino4j models', random:SEED) and a photo; found "
                            + models.size() + " models and " + images.size() + " photos");
        }
        List<Path> files = ImageFolder.expand(images);
        List<RgbImage> photos =
                files.stream().map(ImageDecoder.standard()::read).toList();
        List<Contender> contenders = new ArrayList<>();
        try {
            loading.applyThreads();
            Set<String> taken = new LinkedHashSet<>();
            for (String model : models) {
                contenders.add(contender(model, taken));
            }
            Comparison comparison = Comparison.of(
                    contenders,
                    files.stream().map(f -> String.valueOf(f.getFileName())).toList(),
                    photos,
                    what -> console.note("measuring " + what));
            comparison = comparison.with(scores(contenders));
            Path page = output.resolve("index.html");
            new ComparisonPage(comparison, words).report().write(page);
            Files.writeString(
                    output.resolve("comparison.json"),
                    comparison.toJson().toPrettyString() + "\n",
                    StandardCharsets.UTF_8);
            for (Scoreboard board : comparison.scores()) {
                console.note(board.title());
                board.table()
                        .forEach((name, value) -> console.note(String.format(Locale.ROOT, "  %-48s %s", name, value)));
            }
            if (json) {
                console.out().println(comparison.toJson().toPrettyString());
            } else {
                console.out().println(page.toAbsolutePath());
            }
            return ExitCode.OK;
        } finally {
            contenders.forEach(one -> one.model().close());
        }
    }

    private Words words() {
        try {
            return Words.in(language);
        } catch (IllegalArgumentException e) {
            throw console.usage("--lang: " + e.getMessage());
        }
    }

    private void requirePairs() {
        if (train.isPresent() != test.isPresent()) {
            throw console.usage("--train and --test belong together: what is learned from, what is measured on");
        }
        if (masksTrain.isEmpty() != masksTest.isEmpty()) {
            throw console.usage("--masks-train and --masks-test belong together, each with photos and masks");
        }
        if (!masksTrain.isEmpty() && masksClasses.isEmpty()) {
            throw console.usage("--masks-train needs --masks-classes, a built-in list such as camvid, or a file");
        }
    }

    /** Whether an argument names a model: by its ending, as a folder with a config.json, or by the catalogue. */
    private static boolean isModel(String argument) {
        String small = argument.toLowerCase(Locale.ROOT);
        return argument.startsWith(RandomModel.PREFIX)
                || small.endsWith(".pth")
                || small.endsWith(".pt")
                || small.endsWith(".bin")
                || small.endsWith(".safetensors")
                || Files.isRegularFile(Path.of(argument, "config.json"))
                || (!Files.exists(Path.of(argument))
                        && BackboneCatalog.find(argument).isPresent());
    }

    private Contender contender(String argument, Set<String> taken) {
        boolean drawn = argument.startsWith(RandomModel.PREFIX);
        boolean named = !drawn
                && !Files.exists(Path.of(argument))
                && BackboneCatalog.find(argument).isPresent();
        Dino dino;
        if (drawn) {
            dino = loading.introduce(
                    RandomModel.load(
                            RandomModel.seed(argument), loading.options().precision()),
                    console);
        } else if (named) {
            dino = loading.introduce(
                    Dino.of(Model.random(
                            BackboneCatalog.get(argument).config(),
                            SEED,
                            loading.options().precision())),
                    console);
        } else {
            dino = loading.load(Path.of(argument), console);
        }
        String name =
                drawn || named ? argument : String.valueOf(Path.of(argument).getFileName());
        for (int i = 2; !taken.add(name); i++) {
            name = name.replaceFirst(" \\(\\d+\\)$", "") + " (" + i + ")";
        }
        Sizing sizing = new Sizing.KeepAspectToMultiple(
                Sizing.Side.SHORTER, size, dino.card().config().patch());
        return new Contender(name, dino.model(), dino.transform().withSizing(sizing), !drawn && !named);
    }

    private List<Scoreboard> scores(List<Contender> contenders) {
        Scoring scoring = new Scoring(contenders, baselines, what -> console.note("scoring " + what));
        List<Scoreboard> boards = new ArrayList<>();
        if (train.isPresent()) {
            TruthSet learned = ClassFolders.read(train.get());
            boards.addAll(scoring.classification(
                    learned, ClassFolders.read(test.orElseThrow(), learned.classes()), classifySize));
        }
        if (!masksTrain.isEmpty()) {
            ClassList classes = SegmenterOptions.classes(masksClasses.orElseThrow());
            if (masksIgnored.isPresent()) {
                classes = classes.withIgnored(OptionalInt.of(masksIgnored.get()));
            }
            boards.add(scoring.segmentation(masks(masksTrain, classes), masks(masksTest, classes), masksSize));
        }
        return boards;
    }

    private static TruthSet masks(List<Path> folders, ClassList classes) {
        return TruthSet.masks(DataSet.ofFolders(folders.get(0).toString(), folders.get(0), folders.get(1)), classes);
    }
}
