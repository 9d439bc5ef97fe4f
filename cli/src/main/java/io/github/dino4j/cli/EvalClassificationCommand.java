package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.classify.ClassificationPredictor;
import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.classify.LogisticRegression;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.eval.ClassificationEvaluation;
import io.github.dino4j.eval.ClassificationResult;
import io.github.dino4j.eval.LabelledFeatures;
import io.github.dino4j.eval.PhotoFeatures;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "classification",
        description = "Measure how well classes of whole photos are told: by neighbours, by logistic regression over a"
                + " frozen backbone's features, or by a trained head.",
        footer = {
            "",
            "Examples:",
            "  dino4j eval classification -m model.pth --train a/train --test a/test --baseline pixels -o r.json",
            "  dino4j eval classification -m model.pth --method logistic --train a/train --test a/test -o r.json",
            "  dino4j eval classification -m model.pth --method linear --head classifier.safetensors --test a/test"
        })
final class EvalClassificationCommand implements Callable<Integer> {
    private static final double VALIDATION = 0.1; // of the training photos, as in the papers

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ClassifierOptions classifier = new ClassifierOptions();

    @Mixin
    private ClassFolderOptions data = new ClassFolderOptions();

    @Option(
            names = "--method",
            description = {
                "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}):",
                "knn: the nearest training photos vote",
                "logistic: logistic regression; a tenth of the training photos chooses its C out of 45",
                "linear: --head, which was trained before"
            })
    private Method method = Method.knn;

    @Mixin
    private NeighbourOptions neighbours = new NeighbourOptions();

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Draws the photos that choose C (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--baseline",
            description = "Measure something that knows nothing alike, ${COMPLETION-CANDIDATES}: the mean colours of"
                    + " 8 x 8 cells as features.")
    private Optional<Baseline> baseline = Optional.empty();

    @Mixin
    private PhotoFeatureOptions features = new PhotoFeatureOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private ClassificationReport report = new ClassificationReport();

    enum Method {
        knn,
        logistic,
        linear
    }

    enum Baseline {
        pixels(8);

        private final int cells;

        Baseline(int cells) {
            this.cells = cells;
        }
    }

    @Override
    public Integer call() throws IOException {
        report.check();
        if (method == Method.linear) {
            return linear();
        }
        for (String option : List.of("--head", "--random-head", "--classes")) {
            if (console.given(option)) {
                throw console.usage(
                        option + " is for --method linear; the training folder names the classes of " + method);
            }
        }
        TruthSet train = data.train(console);
        TruthSet test = data.test(train.classes(), console);
        List<ClassificationResult> results;
        try (Dino dino = model.load(console)) {
            FeatureReader reader = features.reader(dino.model());
            int dim = reader.input().width(dino.model().config());
            results = measure(PhotoFeatures.of(reader), dim, train, test);
        }
        List<ClassificationResult> nothing =
                baseline.isPresent() ? pixels(baseline.get().cells, train, test) : List.of();
        report.conclude(results, nothing, console);
        return ExitCode.OK;
    }

    private List<ClassificationResult> pixels(int cells, TruthSet train, TruthSet test) {
        return measure(PhotoFeatures.pixels(cells), 3 * cells * cells, train, test);
    }

    private List<ClassificationResult> measure(PhotoFeatures how, int dim, TruthSet train, TruthSet test) {
        if (method == Method.knn) {
            NeighbourOptions.Planned plan = neighbours.plan(asked(how), train.size(), dim, test.size(), console);
            LabelledFeatures known = EvaluationProgress.read(plan.features(), train, console);
            LabelledFeatures sought = EvaluationProgress.read(plan.features(), test, console);
            return neighbours.measure(
                    ClassificationEvaluation.of(known, sought, how.setup()),
                    known.rows().size(),
                    plan.memory());
        }
        PhotoFeatures asked = asked(how);
        LabelledFeatures known = EvaluationProgress.read(asked, train, console);
        LabelledFeatures sought = EvaluationProgress.read(asked, test, console);
        ClassificationEvaluation evaluation = ClassificationEvaluation.of(known, sought, asked.setup());
        return List.of(evaluation.logistic(LogisticRegression.strengths(), VALIDATION, seed, today()));
    }

    private Integer linear() throws IOException {
        classifier.check(console);
        features.requireNoFeatures(console);
        for (String option : List.of("--train", "--baseline", "--k", "--temperature", "--memory-mb", "--seed")) {
            if (console.given(option)) {
                throw console.usage(option + " is for methods that learn from --train; --method linear measures a head"
                        + " that was trained before");
            }
        }
        try (Dino dino = model.load(console);
                ClassificationPredictor predictor = classifier.load(dino.model(), features, console);
                EvaluationProgress progress = new EvaluationProgress(console, "")) {
            ClassificationResult result = ClassificationEvaluation.linear(
                    predictor,
                    asked(PhotoFeatures.of(predictor.reader())),
                    data.test(predictor.classes(), console),
                    today(),
                    progress);
            progress.close();
            report.conclude(List.of(result), List.of(), console);
            classifier.head().conclude(console);
        }
        return ExitCode.OK;
    }

    private PhotoFeatures asked(PhotoFeatures how) {
        return how.with(data.rule()).with(decoding.decoder());
    }

    private static LocalDate today() {
        return LocalDate.now(ZoneId.systemDefault());
    }
}
