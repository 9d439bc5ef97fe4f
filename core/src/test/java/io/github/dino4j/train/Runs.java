package io.github.dino4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Plans and logs of tiny runs. */
final class Runs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Runs() {}

    /** Six updates an epoch, batches of 4. */
    static TrainingPlan.Builder plan(int epochs) {
        return TrainingPlan.builder(Span.epochs(epochs), 4)
                .optimizer(new OptimizerSpec.Sgd(0.9))
                .schedules(Schedules.of(i -> 0.02 / (1 + i / 20.0), 1e-4, 0.9))
                .checkpointEvery(Duration.ofHours(1))
                .seed(7);
    }

    /** The lines of a run's log without the time. */
    static List<String> log(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("metrics.jsonl"))) {
            ObjectNode node = (ObjectNode) JSON.readTree(line);
            node.remove("seconds");
            lines.add(node.toString());
        }
        return lines;
    }

    static List<Double> losses(Path folder) throws IOException {
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("metrics.jsonl"))) {
            JsonNode node = JSON.readTree(line);
            if (node.has("loss")) {
                losses.add(node.get("loss").asDouble());
            }
        }
        return losses;
    }
}
