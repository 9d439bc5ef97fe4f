package io.github.dino4j.ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.tensor.Group;
import io.github.dino4j.train.GradientClip;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.Ranks;
import io.github.dino4j.train.Schedule;
import io.github.dino4j.train.Schedules;
import io.github.dino4j.train.Span;
import io.github.dino4j.train.Trainer;
import io.github.dino4j.train.TrainingListener;
import io.github.dino4j.train.TrainingPlan;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two processes with half a batch each have the losses of one with the whole: centers, Sinkhorn, KoLeo and masks too. */
class SharedSelfSupervisionTest {
    private static final Map<String, Generation> GENERATIONS =
            Map.of("softmax", Generation.DINO_V2, "sinkhorn", Generation.DINO_V3, "first", Generation.DINO_V1);

    @TempDir
    Path folder;

    private static TrainingPlan plan() {
        return TrainingPlan.builder(Span.iterations(6), 8)
                .dropLast(true)
                .optimizer(OptimizerSpec.ADAMW)
                .schedules(Schedules.of(Schedule.constant(1e-4), 0.04, 0.9))
                .clip(new GradientClip.EachPart(3, List.of(Network.BACKBONE, Network.CLASS_HEAD)))
                .evaluateEvery(Span.iterations(6))
                .seed(2)
                .build();
    }

    private static void train(String generation, Path run, Ranks ranks) {
        Generation recipe = GENERATIONS.getOrDefault(generation, Generation.DINO_V1);
        try (SelfSupervisedTraining task = TinySelfSupervision.training(recipe, recipe.objective(6, 4))) {
            Trainer.of(task, plan()).among(ranks).run(run, TrainingListener.NONE);
        }
    }

    /** One of two ranks. */
    static final class Rank {
        private Rank() {}

        public static void main(String[] args) {
            Group.Place place = new Group.Place(Integer.parseInt(args[0]), 2, "127.0.0.1", Integer.parseInt(args[1]));
            try (Group group = Group.join(place, Duration.ofSeconds(60))) {
                train(args[3], Path.of(args[2]), Ranks.of(group));
            } catch (RuntimeException e) {
                System.out.println(e);
                Runtime.getRuntime().halt(1);
            }
            Runtime.getRuntime().halt(0);
        }
    }

    private static Process rank(int rank, int port, Path run, String generation) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Rank.class.getName(),
                        Integer.toString(rank),
                        Integer.toString(port),
                        run.toString(),
                        generation)
                .inheritIO()
                .start();
    }

    private static List<Double> losses(Path run) throws IOException {
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            var node = new ObjectMapper().readTree(line);
            if (node.path("kind").asText().equals("step")) {
                losses.add(node.path("loss").asDouble());
            }
        }
        return losses;
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "softmax", "sinkhorn"})
    void twoRanksAreAsOne(String generation) throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Path shared = folder.resolve("shared");
        Process first = rank(0, port, shared, generation);
        Process second = rank(1, port, shared, generation);
        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        Path alone = folder.resolve("alone");
        train(generation, alone, Ranks.ONE);
        List<Double> expected = losses(alone);
        List<Double> got = losses(shared);
        assertThat(got).hasSize(6);
        for (int i = 0; i < 6; i++) {
            assertThat(got.get(i)).isCloseTo(expected.get(i), within(1e-5));
        }
    }
}
