package io.github.dino4j.cli;

import io.github.dino4j.classify.Knn;
import io.github.dino4j.classify.KnnMemory;
import io.github.dino4j.eval.ClassificationEvaluation;
import io.github.dino4j.eval.ClassificationResult;
import io.github.dino4j.eval.PhotoFeatures;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How neighbours vote. */
final class NeighbourOptions {
    @Option(
            names = "--k",
            split = ",",
            paramLabel = "K",
            description = "Numbers of neighbours, each of which gives a result (default: 10,20,100,200, as far as there"
                    + " are training photos).")
    private List<Integer> ks = List.of();

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Divides similarities before the vote (default: ${DEFAULT-VALUE}).")
    private double temperature = Knn.Options.DINOV3.temperature();

    @Option(
            names = "--memory-mb",
            paramLabel = "MB",
            description =
                    "Features and their comparison take no more than this; what does not fit goes to a temporary file"
                            + " and is read in blocks (default: half of Java's heap).")
    private Optional<Long> memory = Optional.empty();

    /** The reading and what it will take, told before it starts. */
    record Planned(PhotoFeatures features, KnnMemory memory) {}

    /**
     * Fits k-NN into the memory that is allowed.
     *
     * @param dim values of a feature
     */
    Planned plan(PhotoFeatures features, int train, int dim, int tests, Console console) {
        long budget = memory.map(mb -> mb * 1_000_000)
                .orElseGet(() -> Runtime.getRuntime().maxMemory() / 2);
        if (budget < 1) {
            throw console.usage("--memory-mb " + memory.orElse(0L) + ": wanted a number above 0");
        }
        int most = wanted(train).stream().mapToInt(k -> k).max().orElse(1);
        KnnMemory plan = KnnMemory.of(train, dim, tests, most, budget);
        console.note("k-NN: " + plan.describe());
        return new Planned(
                plan.kept() ? features : features.inFile(Path.of(System.getProperty("java.io.tmpdir"))), plan);
    }

    private List<Integer> wanted(int trainingPhotos) {
        if (!ks.isEmpty()) {
            return ks;
        }
        List<Integer> fitting = Knn.Options.DINOV3.ks().stream()
                .filter(k -> k <= trainingPhotos)
                .toList();
        return fitting.isEmpty() ? List.of(trainingPhotos) : fitting;
    }

    List<ClassificationResult> measure(ClassificationEvaluation evaluation, int trainingPhotos, KnnMemory plan) {
        Knn.Options papers = Knn.Options.DINOV3;
        return evaluation.knn(
                new Knn.Options(wanted(trainingPhotos), temperature, papers.vote(), papers.skipFirst()),
                OptionalInt.of(plan.group()),
                LocalDate.now(ZoneId.systemDefault()));
    }
}
