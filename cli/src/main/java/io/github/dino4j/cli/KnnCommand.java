package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.eval.ClassificationEvaluation;
import io.github.dino4j.eval.ClassificationResult;
import io.github.dino4j.eval.LabelledFeatures;
import io.github.dino4j.eval.PhotoFeatures;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "knn",
        description = "How well a backbone tells classes apart without any training: each test photo gets the class for"
                + " which its nearest training photos vote, beside what their pixels alone would give.",
        footer = {
            "",
            "Examples:",
            "  dino4j knn -m model.pth --train animals/train --test animals/test",
            "  dino4j knn -m random:7 --train animals/train --test animals/test --k 5,20 -o knn.json"
        })
final class KnnCommand implements Callable<Integer> {
    private static final int PIXEL_CELLS = 8;

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ClassFolderOptions data = new ClassFolderOptions();

    @Mixin
    private NeighbourOptions neighbours = new NeighbourOptions();

    @Mixin
    private PhotoFeatureOptions features = new PhotoFeatureOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private ClassificationReport report = new ClassificationReport();

    @Override
    public Integer call() throws IOException {
        report.check();
        TruthSet train = data.train(console);
        TruthSet test = data.test(train.classes(), console);
        List<ClassificationResult> results;
        try (Dino dino = model.load(console)) {
            FeatureReader reader = features.reader(dino.model());
            int dim = reader.input().width(dino.model().config());
            results = measure(PhotoFeatures.of(reader), dim, train, test);
        }
        report.conclude(
                results,
                measure(PhotoFeatures.pixels(PIXEL_CELLS), 3 * PIXEL_CELLS * PIXEL_CELLS, train, test),
                console);
        return ExitCode.OK;
    }

    private List<ClassificationResult> measure(PhotoFeatures how, int dim, TruthSet train, TruthSet test) {
        NeighbourOptions.Planned plan = neighbours.plan(
                how.with(data.rule()).with(decoding.decoder()), train.size(), dim, test.size(), console);
        LabelledFeatures known = EvaluationProgress.read(plan.features(), train, console);
        LabelledFeatures sought = EvaluationProgress.read(plan.features(), test, console);
        return neighbours.measure(
                ClassificationEvaluation.of(known, sought, plan.features().setup()),
                known.rows().size(),
                plan.memory());
    }
}
