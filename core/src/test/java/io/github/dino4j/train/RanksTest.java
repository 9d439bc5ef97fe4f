package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.tensor.Group;
import io.github.dino4j.tensor.GroupException;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run shared by two processes of this machine. */
class RanksTest {
    @TempDir
    Path folder;

    private static TrainingPlan plan() {
        return Runs.plan(4)
                .optimizer(OptimizerSpec.ADAMW)
                .averaging(0.9)
                .checkpointIterations(3)
                .build();
    }

    /** One of two ranks; with a third argument it dies, or is cancelled, in that update. */
    static final class Rank {
        private Rank() {}

        public static void main(String[] args) {
            int rank = Integer.parseInt(args[0]);
            String end = args[3];
            long when = Long.parseLong(args[4]);
            float[] before = {0}; // a weight before the last update
            try (Group group = Group.join(
                            new Group.Place(rank, 2, "127.0.0.1", Integer.parseInt(args[1])), Duration.ofSeconds(30));
                    TinyTask task = new TinyTask(0) {
                        @Override
                        public void beforeStep(Step step) {
                            before[0] = values("first.weight")[5];
                            if (end.equals("dies") && rank == 1 && step.iteration() == when) {
                                Runtime.getRuntime().halt(137);
                            }
                        }
                    }) {
                long[] done = {0};
                Trainer<float[]> trainer = Trainer.of(task, plan()).among(Ranks.of(group));
                TrainingListener listener = new TrainingListener() {
                    @Override
                    public void updated(Updated update) {
                        done[0] = update.done();
                    }

                    @Override
                    public boolean cancelled() {
                        return end.equals("stops") && done[0] == when;
                    }
                };
                Path run = Path.of(args[2]);
                boolean exists = Files.exists(run.resolve("run.json"));
                TrainingResult result = exists ? trainer.resume(run, listener) : trainer.run(run, listener);
                System.out.println("=" + result.end() + " " + result.iterations() + " " + before[0]);
            } catch (GroupException | TrainingException e) {
                System.out.println("=" + e.getMessage());
            }
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }
    }

    private static Process rank(int rank, int port, Path run, String end, long when) throws IOException {
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
                        end,
                        Long.toString(when))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<String> both(Path run, String end, long when) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Process second = rank(1, port, run, end, when);
        String first = result(rank(0, port, run, end, when));
        return List.of(first, result(second));
    }

    private static String result(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("="))
                .findFirst()
                .orElse("");
    }

    private List<Double> alone() throws IOException {
        Path run = folder.resolve("alone");
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, plan()).run(run, TrainingListener.NONE);
        }
        return Runs.losses(run);
    }

    private static void assertAlmostEqual(List<Double> losses, List<Double> expected) {
        assertThat(losses).hasSameSizeAs(expected);
        for (int i = 0; i < losses.size(); i++) {
            assertThat(losses.get(i)).isCloseTo(expected.get(i), within(1e-5));
        }
    }

    @Test
    void twoRanksHaveTheLossesOfOneAndEqualWeights() throws IOException {
        Path run = folder.resolve("shared");
        List<String> results = both(run, "goes", 0);
        assertThat(results.get(0)).startsWith("=COMPLETE 24 ").isEqualTo(results.get(1));
        assertAlmostEqual(Runs.losses(run), alone());
        assertThat(run.resolve("head.safetensors")).exists();
    }

    @Test
    void aRunOfTwoRanksIsEndedByOneOfThemAndGoesOnWithOne() throws IOException {
        Path run = folder.resolve("stopped");
        List<String> results = both(run, "stops", 8);
        assertThat(results).allMatch(line -> line.startsWith("=CANCELLED 8 "));
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, plan()).resume(run, TrainingListener.NONE);
        }
        assertAlmostEqual(Runs.losses(run), alone());
    }

    @Test
    void aRunOfOneGoesOnWithTwo() throws IOException {
        Path run = folder.resolve("joined");
        try (TinyTask task = new TinyTask(0)) {
            long[] done = {0};
            Trainer.of(task, plan()).run(run, new TrainingListener() {
                @Override
                public void updated(Updated update) {
                    done[0] = update.done();
                }

                @Override
                public boolean cancelled() {
                    return done[0] == 10;
                }
            });
        }
        assertThat(both(run, "goes", 0)).allMatch(line -> line.startsWith("=COMPLETE 24 "));
        assertAlmostEqual(Runs.losses(run), alone());
    }

    @Test
    void aRankThatDiesEndsTheOtherWithItsNameAndTheRunGoesOnFromTheLastCheckpoint() throws IOException {
        Path run = folder.resolve("died");
        List<String> results = both(run, "dies", 11);
        assertThat(results.get(0))
                .contains("rank 0 of 2")
                .contains("lost another rank")
                .contains("last checkpoint");
        assertThat(results.get(1)).isEmpty();
        assertThat(both(run, "goes", 0)).allMatch(line -> line.startsWith("=COMPLETE 24 "));
        assertAlmostEqual(Runs.losses(run), alone());
    }

    @Test
    void ranksTakeConsecutiveParts() {
        assertThat(place(0, 3).part(5, 6, 7, 8, 9)).containsExactly(5);
        assertThat(place(1, 3).part(5, 6, 7, 8, 9)).containsExactly(6, 7);
        assertThat(place(2, 3).part(5, 6, 7, 8, 9)).containsExactly(8, 9);
    }

    @Test
    void moreRanksThanExamplesOfABatchAreRefused() {
        try (TinyTask task = new TinyTask(0)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Trainer.of(task, plan()).among(place(0, 5)))
                    .withMessageContaining("4 examples")
                    .withMessageContaining("5 processes");
        }
    }

    /** Only its numbers. */
    private static Ranks place(int rank, int size) {
        return new Ranks() {
            @Override
            public int rank() {
                return rank;
            }

            @Override
            public int size() {
                return size;
            }

            @Override
            public void sum(Collection<Tensor> tensors) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Tensor gather(Tensor rows) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void copyFirst(Tensor tensor) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
