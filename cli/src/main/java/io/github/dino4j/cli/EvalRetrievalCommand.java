package io.github.dino4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.Dino;
import io.github.dino4j.data.ClassFolders;
import io.github.dino4j.eval.PhotoFeatures;
import io.github.dino4j.eval.RetrievalEvaluation;
import io.github.dino4j.eval.RetrievalResult;
import io.github.dino4j.eval.RetrievalTask;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.predict.Model;
import io.github.dino4j.retrieve.DescriptorReader;
import io.github.dino4j.retrieve.Whitening;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "retrieval",
        description = "Measure how well photos are found again: mean average precision by the rules of a benchmark.",
        footer = {
            "",
            "Examples:",
            "  dino4j eval retrieval -m model.pth --photos animals -o result.json",
            "  dino4j eval retrieval -m model.pth --protocol revisited --photos oxford --truth gnd.json --multi-scale",
            "  dino4j eval retrieval -m model.pth --protocol copies --photos original --copies strong --whitening other"
        })
final class EvalRetrievalCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int PIXEL_CELLS = 8;

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--protocol",
            description = {
                "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}):",
                "classes: PHOTOS/CLASS/*.jpg, each photo looks for the others of its class",
                "holidays: photos named by numbers, those ending in 00 look for the others of their hundred",
                "copies: altered photos look for their original, as DINOv1 on Copydays",
                "revisited: Oxford or Paris, easy, medium and hard"
            })
    private Protocol protocol = Protocol.classes;

    @Option(names = "--photos", required = true, paramLabel = "FOLDER", description = "The photos that are searched.")
    private Path photos = Path.of("");

    @Option(
            names = "--copies",
            paramLabel = "FOLDER",
            description = "Of copies: the altered photos, a folder for each kind; named as the originals in --photos.")
    private Optional<Path> copies = Optional.empty();

    @Option(
            names = "--distractors",
            paramLabel = "FOLDER",
            description = "Of copies: photos that are copies of nothing.")
    private Optional<Path> distractors = Optional.empty();

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            description = "Of revisited: the published ground truth as JSON (imlist, qimlist, gnd).")
    private Optional<Path> truth = Optional.empty();

    @Option(
            names = "--whitening",
            paramLabel = "FOLDER",
            description = "Whiten by these photos, which are of another set (default: not).")
    private Optional<Path> whitening = Optional.empty();

    @Option(names = "--multi-scale", description = "Mean over the scales 1, 0.71 and 0.5 of each photo.")
    private boolean multiScale;

    @Mixin
    private DescriptorOptions descriptor = new DescriptorOptions();

    @Option(
            names = "--baseline",
            description = "Measure something that knows nothing alike, ${COMPLETION-CANDIDATES}: the mean colours of"
                    + " 8 x 8 cells as features.")
    private Optional<Baseline> baseline = Optional.empty();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The results with their protocol, a .json.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--json", description = "The results on stdout, as in the file.")
    private boolean json;

    enum Protocol {
        classes,
        holidays,
        copies,
        revisited
    }

    enum Baseline {
        pixels
    }

    @Override
    public Integer call() throws IOException {
        if (output.isPresent()) {
            Output.checkFile(output.get());
        }
        for (Map.Entry<String, Protocol> option : Map.of(
                        "--copies", Protocol.copies, "--distractors", Protocol.copies, "--truth", Protocol.revisited)
                .entrySet()) {
            if (console.given(option.getKey()) && protocol != option.getValue()) {
                throw console.usage(option.getKey() + " is for --protocol " + option.getValue());
            }
        }
        RetrievalTask task = task();
        ObjectNode tree = JSON.createObjectNode().put("task", "retrieval");
        RetrievalResult result;
        try (Dino dino = model.load(console)) {
            result = measure(task, PhotoFeatures.of(reader(dino.model())));
        }
        tree.withArray("results").add(result.toJson());
        Optional<RetrievalResult> nothing =
                baseline.isPresent() ? Optional.of(measure(task, PhotoFeatures.pixels(PIXEL_CELLS))) : Optional.empty();
        nothing.ifPresent(one -> tree.withArray("baseline").add(one.toJson()));
        if (output.isPresent()) {
            Output.text(output.get(), JSON.writeValueAsString(tree) + "\n");
        }
        if (json) {
            console.json(tree);
            return ExitCode.OK;
        }
        console.out().print(result.table());
        nothing.ifPresent(one -> console.out().print("pixels alone, " + one.table()));
        output.ifPresent(console.out()::println);
        return ExitCode.OK;
    }

    private RetrievalTask task() {
        return switch (protocol) {
            case classes -> RetrievalTask.classes(ClassFolders.read(photos));
            case holidays -> RetrievalTask.holidays(photos);
            case copies ->
                RetrievalTask.copies(
                        photos,
                        copies.orElseThrow(() -> console.usage(
                                "the altered photos are missing: name their folder with --copies FOLDER")),
                        distractors.map(ImageFolder::of).orElse(List.of()));
            case revisited ->
                RetrievalTask.revisited(
                        truth.orElseThrow(
                                () -> console.usage("the ground truth is missing: name it with --truth FILE")),
                        photos);
        };
    }

    /** The protocol's own way to read photos, unless options say another. */
    private DescriptorReader reader(Model loaded) {
        DescriptorReader reader = switch (protocol) {
            case classes, holidays -> descriptor.reader(loaded, 0);
            case copies -> DescriptorReader.copies(loaded);
            case revisited -> DescriptorReader.landmarks(loaded);
        };
        DescriptorReader asked = descriptor.reader(loaded, 0);
        if (console.given("--pooling")) {
            reader = reader.with(asked.pooling());
        }
        if (console.given("--size")) {
            reader = reader.with(asked.transform());
        }
        return multiScale ? reader.withScales(DescriptorReader.MULTI_SCALE) : reader;
    }

    private RetrievalResult measure(RetrievalTask task, PhotoFeatures how) {
        PhotoFeatures features = how.with(decoding.decoder());
        RetrievalEvaluation evaluation = RetrievalEvaluation.of(task, features);
        try (EvaluationProgress progress = new EvaluationProgress(console, "")) {
            if (whitening.isPresent()) {
                List<Path> others = ImageFolder.of(whitening.get());
                evaluation = evaluation.with(Whitening.fit(
                        RetrievalEvaluation.read(String.valueOf(whitening.get()), others, features, progress)));
            }
            return evaluation.run(LocalDate.now(ZoneId.systemDefault()), progress);
        }
    }
}
