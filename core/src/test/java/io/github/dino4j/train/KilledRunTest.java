package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a run whose process ends without warning, or meets a full disk. */
class KilledRunTest {
    @TempDir
    Path folder;

    private static TrainingPlan plan() {
        return Runs.plan(8)
                .optimizer(OptimizerSpec.ADAMW)
                .averaging(0.9)
                .checkpointIterations(10)
                .best(2)
                .build();
    }

    /** A run that takes its time and says how far it is. */
    static final class Slow {
        private Slow() {}

        public static void main(String[] args) {
            try (TinyTask task = new TinyTask(0.3)) {
                Trainer.of(task, plan()).run(Path.of(args[0]), new TrainingListener() {
                    @Override
                    public void updated(Updated update) {
                        System.out.println(update.done());
                        try {
                            Thread.sleep(20);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
            }
        }
    }

    /** A run whose checkpoints need far more room after some updates; prints the error. */
    static final class Growing {
        private Growing() {}

        public static void main(String[] args) {
            try (Scope scope = Scope.open();
                    TinyTask task = new TinyTask(0.3) {
                        private final Map<String, Tensor> more = new LinkedHashMap<>(super.state());

                        @Override
                        public void afterStep(Step step) {
                            if (step.iteration() == 14) {
                                more.put("large", Tensor.zeros(4 << 20));
                            }
                        }

                        @Override
                        public Map<String, Tensor> state() {
                            return more;
                        }
                    }) {
                Trainer.of(task, plan()).run(Path.of(args[0]), TrainingListener.NONE);
            } catch (TrainingException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static Process start(Class<?> main, Path run, String... before) throws Exception {
        List<String> line = new ArrayList<>(List.of(before));
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                run.toString()));
        return new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private List<String> uninterrupted() throws Exception {
        try (TinyTask task = new TinyTask(0.3)) {
            Trainer.of(task, plan()).run(folder.resolve("whole"), TrainingListener.NONE);
        }
        return Runs.log(folder.resolve("whole"));
    }

    @Test
    void resumesAfterAKillWithTheVeryNumbersOfAnUninterruptedRun() throws Exception {
        Path run = folder.resolve("killed");
        Process process = start(Slow.class, run);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null && !line.equals("27"); line = out.readLine()) {
                // until it is in the middle of its fifth epoch
            }
        } finally {
            process.destroyForcibly().waitFor(); // SIGKILL
        }
        assertThat(process.exitValue()).isEqualTo(137);
        assertThat(Runs.losses(run)).hasSizeGreaterThanOrEqualTo(27);

        List<Long> from = new ArrayList<>();
        try (TinyTask task = new TinyTask(0.3)) {
            Trainer.of(task, plan()).resume(run, new TrainingListener() {
                @Override
                public void started(Start start) {
                    from.add(start.done());
                }
            });
        }

        assertThat(from).containsExactly(24L);
        assertThat(Runs.log(run)).isEqualTo(uninterrupted());
        assertThat(run.resolve("head.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole").resolve("head.safetensors"));
    }

    /** A limit on the size of files stands for a full disk: a write fails in the middle of a checkpoint. */
    @Test
    void keepsTheCheckpointBeforeWhereThereIsNoRoomForTheNext() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash to limit the size of files");
        Path run = folder.resolve("full");

        Process process = start(Growing.class, run, "/bin/bash", "-c", "ulimit -f 4096; exec \"$@\"", "bash");
        String message = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();

        assertThat(message).contains("last.safetensors: cannot be written", "File too large", "resume");
        try (TinyTask task = new TinyTask(0.3)) {
            Trainer.of(task, plan()).resume(run, TrainingListener.NONE);
        }
        assertThat(Runs.log(run)).isEqualTo(uninterrupted());
    }
}
