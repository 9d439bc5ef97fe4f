package io.github.dino4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.eval.ClassificationResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the results of classification go: side by side with a baseline. */
final class ClassificationReport {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The results with their protocol, a .json.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--confusion",
            paramLabel = "FILE",
            description = "A .png: which class was taken for which, of the first result.")
    private Optional<Path> confusion = Optional.empty();

    @Option(names = "--json", description = "The results on stdout, as in the file.")
    private boolean json;

    /** Before any work. */
    void check() throws IOException {
        if (output.isPresent()) {
            Output.checkFile(output.get());
        }
        if (confusion.isPresent()) {
            Output.checkFile(confusion.get());
        }
    }

    /** Writes and prints; the first result stands for the run. */
    void conclude(List<ClassificationResult> results, List<ClassificationResult> baseline, Console console)
            throws IOException {
        ObjectNode tree = JSON.createObjectNode().put("task", "classification");
        results.forEach(result -> tree.withArray("results").add(result.toJson()));
        baseline.forEach(result -> tree.withArray("baseline").add(result.toJson()));
        if (output.isPresent()) {
            Output.text(output.get(), JSON.writeValueAsString(tree) + "\n");
        }
        if (confusion.isPresent()) {
            Output.png(confusion.get(), results.get(0).metrics().confusionPicture());
        }
        if (json) {
            console.json(tree);
            return;
        }
        console.out().println(results.get(0).table());
        List<List<String>> table = new ArrayList<>(List.of(List.of("features", "method", "top-1 %", "top-5 %")));
        results.forEach(result -> table.add(row("of the model", result)));
        baseline.forEach(result -> table.add(row("pixels", result)));
        Table.of(table).forEach(console.out()::println);
        output.ifPresent(console.out()::println);
        confusion.ifPresent(console.out()::println);
    }

    private static List<String> row(String features, ClassificationResult result) {
        Map<String, Object> protocol = result.protocol();
        String method = String.valueOf(protocol.get("method"))
                + (protocol.containsKey("k") ? ", k " + protocol.get("k") : "")
                + (protocol.containsKey("c") ? String.format(Locale.ROOT, ", C %.3g", (Double) protocol.get("c")) : "");
        return List.of(
                features,
                method,
                percent(result.metrics().top1()),
                percent(result.metrics().top5()));
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f", 100 * share);
    }
}
