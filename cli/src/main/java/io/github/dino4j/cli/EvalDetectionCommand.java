package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.data.CocoAnnotations;
import io.github.dino4j.data.CocoBoxes;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.data.VocBoxes;
import io.github.dino4j.detect.DetectionPredictor;
import io.github.dino4j.eval.DetectionEvaluation;
import io.github.dino4j.eval.DetectionResult;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

@Command(
        name = "detection",
        defaultValueProvider = EvalDetectionCommand.NoModel.class,
        description =
                "COCO's twelve figures (AP, AP50, ...) of a detector over photos with boxes, or of a result file.",
        footer = {
            "",
            "Examples:",
            "  dino4j eval detection -m model.pth --head detector.safetensors --images val2017 \\\\",
            "      --coco instances_val2017.json -o result.json",
            "  dino4j eval detection -m model.pth --head detector.safetensors --images images --voc annotations -o r.json",
            "  dino4j eval detection --predictions found.json --coco instances_val2017.json -o result.json",
            "",
            "All photos and boxes are looked at before the first prediction; every bad one is named."
        })
final class EvalDetectionCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DetectorOptions detector = new DetectorOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--images", paramLabel = "FOLDER", description = "The photos.")
    private Optional<Path> images = Optional.empty();

    @Option(names = "--coco", paramLabel = "FILE", description = "Their boxes, as COCO writes them.")
    private Optional<Path> coco = Optional.empty();

    @Option(
            names = "--voc",
            paramLabel = "FOLDER",
            description = "Their boxes, as PASCAL VOC writes them: an XML each, under the photo's name.")
    private Optional<Path> voc = Optional.empty();

    @Option(
            names = "--predictions",
            paramLabel = "FILE",
            description = "In place of a model: a result file as COCO's, of any detector, with the numbers of --coco.")
    private Optional<Path> predictions = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N photos; the result says so.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The result with its protocol, a .json.")
    private Path output = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "TEXT",
            description = "What the result calls the data set (default: the file or folder of the boxes).")
    private Optional<String> name = Optional.empty();

    @Option(names = "--json", description = "The result on stdout, as in the file.")
    private boolean json;

    /** With --predictions no model is needed, which other commands cannot do without. */
    static final class NoModel implements IDefaultValueProvider {
        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            return argument instanceof OptionSpec option && option.longestName().equals("--model-file") ? "" : null;
        }
    }

    @Override
    public Integer call() throws IOException {
        Output.checkFile(output);
        if (coco.isPresent() == voc.isPresent()) {
            throw console.usage("the true boxes are missing or given twice: take one of --coco FILE and --voc FOLDER");
        }
        if (predictions.isPresent()) {
            conclude(ofPredictions());
            return ExitCode.OK;
        }
        if (images.isEmpty()) {
            throw console.usage("--images FOLDER is missing, in which the photos lie");
        }
        detector.measure(console);
        detector.check(console);
        if (!console.given("-m")) {
            throw console.usage("a model is missing: give its file with -m, or a result file with --predictions FILE");
        }
        try (Dino dino = model.load(console);
                DetectionPredictor predictor = detector.load(dino.model(), console);
                EvaluationProgress progress = new EvaluationProgress(console, "")) {
            detector.head().compare(model, console);
            TruthSet set = set(predictor.classes());
            console.note("checking " + set.size() + " photos and their boxes");
            DetectionResult result =
                    DetectionEvaluation.of(predictor).with(decoding.decoder()).run(set, today(), progress);
            progress.close();
            conclude(result);
            if (!json) {
                detector.head().warnings(dino.card().warnings()).forEach(console.out()::println);
            }
        }
        return ExitCode.OK;
    }

    private DetectionResult ofPredictions() {
        for (String option : List.of("-m", "--head", "--random-head", "--images", "--voc", "--limit")) {
            if (console.given(option)) {
                throw console.usage(option + " is for measuring a model; --predictions measures what was found before,"
                        + " with --coco alone");
            }
        }
        Path file = coco.orElseThrow();
        return DetectionEvaluation.ofPredictions(
                CocoAnnotations.read(file),
                name.orElse(String.valueOf(file.getFileName())),
                predictions.orElseThrow(),
                today());
    }

    private TruthSet set(ClassList classes) {
        Path folder = images.orElseThrow();
        TruthSet set = coco.isPresent()
                ? CocoBoxes.read(coco.get(), folder, classes)
                : VocBoxes.read(folder, voc.orElseThrow(), classes);
        set = name.isPresent() ? set.named(name.get()) : set;
        return limit.isPresent() ? set.first(limit.get()) : set;
    }

    private void conclude(DetectionResult result) throws IOException {
        result.writeJson(output);
        if (json) {
            console.json(result.toJson());
        } else {
            console.out().print(result.table());
            console.out().println(output);
        }
    }

    private static LocalDate today() {
        return LocalDate.now(ZoneId.systemDefault());
    }
}
