package io.github.dino4j.cli;

import io.github.dino4j.classify.Knn;
import io.github.dino4j.eval.ClassificationEvaluation;
import io.github.dino4j.eval.ClassificationResult;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
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

    List<ClassificationResult> measure(ClassificationEvaluation evaluation, int trainingPhotos) {
        Knn.Options papers = Knn.Options.DINOV3;
        List<Integer> wanted = ks;
        if (wanted.isEmpty()) {
            List<Integer> fitting =
                    papers.ks().stream().filter(k -> k <= trainingPhotos).toList();
            wanted = fitting.isEmpty() ? List.of(trainingPhotos) : fitting;
        }
        return evaluation.knn(
                new Knn.Options(wanted, temperature, papers.vote(), papers.skipFirst()),
                LocalDate.now(ZoneId.systemDefault()));
    }
}
