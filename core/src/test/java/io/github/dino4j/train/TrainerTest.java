package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.weights.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    @TempDir
    Path folder;

    /** Cancels after so many updates. */
    private static TrainingListener cancelAfter(long updates) {
        return new TrainingListener() {
            private long done;

            @Override
            public void updated(Updated update) {
                done = update.done();
            }

            @Override
            public boolean cancelled() {
                return done >= updates;
            }
        };
    }

    /** A task whose scores are given. */
    private static TinyTask scored(Double... errors) {
        return new TinyTask(0) {
            private int evaluation;

            @Override
            public Scores evaluate() {
                return new Scores(Map.of("error", errors[evaluation++]), "error", false, Map.of());
            }
        };
    }

    private List<String> checkpoints() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("checkpoints"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void lowersTheLoss() throws Exception {
        try (TinyTask task = new TinyTask(0)) {
            double before = task.evaluate().chiefValue();

            TrainingResult result = Trainer.of(task, Runs.plan(20).build()).run(folder, TrainingListener.NONE);

            assertThat(result.end()).isEqualTo(TrainingResult.End.COMPLETE);
            assertThat(result.iterations()).isEqualTo(120);
            assertThat(result.best().orElseThrow().chiefValue()).isLessThan(before / 5);
        }
    }

    @Test
    void leavesEverythingThatTellsOfTheRunInItsFolder() throws Exception {
        try (TinyTask task = new TinyTask(0)) {

            TrainingResult result = Trainer.of(task, Runs.plan(2).build())
                    .about(Map.of("command", "dino4j train"))
                    .run(folder, TrainingListener.NONE);

            assertThat(result.files()).containsExactly(folder.resolve("head.safetensors"));
            assertThat(Safetensors.metadata(folder.resolve("head.safetensors")))
                    .containsEntry("command", "dino4j train")
                    .containsEntry("task", "two layers on three numbers");
            assertThat(Files.readString(folder.resolve("run.json")))
                    .contains("Sgd[momentum=0.9]", "dino4j train", "\"batch size\" : \"4\"");
            assertThat(Files.readString(folder.resolve("report.html"))).contains("two layers", "error");
            assertThat(folder.resolve("curves.png")).isNotEmptyFile();
            assertThat(folder.resolve("sheet.png")).isNotEmptyFile();
            assertThat(Files.readAllLines(folder.resolve("metrics.csv")))
                    .startsWith("iteration,epoch,name,value")
                    .anyMatch(line -> line.startsWith("12,1,error,"));
        }
    }

    @Test
    void makesTheSameUpdatesOfSmallBatchesAccumulatedAsOfLargeOnes() throws Exception {
        try (TinyTask whole = new TinyTask(0);
                TinyTask parts = new TinyTask(0)) {
            TrainingPlan.Builder large = TrainingPlan.builder(Span.epochs(5), 8).optimizer(new OptimizerSpec.Sgd(0.9));
            TrainingPlan.Builder small =
                    TrainingPlan.builder(Span.epochs(5), 4).accumulation(2).optimizer(new OptimizerSpec.Sgd(0.9));

            Trainer.of(whole, large.build()).run(folder.resolve("8"), TrainingListener.NONE);
            Trainer.of(parts, small.build()).run(folder.resolve("2x4"), TrainingListener.NONE);

            assertThat(parts.values("first.weight")).containsExactly(whole.values("first.weight"), within(1e-6f));
        }
    }

    @Test
    void weighsAnUnevenLastBatchByItsExamples() throws Exception {
        try (TinyTask whole = new TinyTask(0);
                TinyTask parts = new TinyTask(0)) {
            TrainingPlan.Builder large =
                    TrainingPlan.builder(Span.epochs(3), 24).optimizer(new OptimizerSpec.Sgd(0.9));
            TrainingPlan.Builder small =
                    TrainingPlan.builder(Span.epochs(3), 10).accumulation(3).optimizer(new OptimizerSpec.Sgd(0.9));

            Trainer.of(whole, large.build()).run(folder.resolve("24"), TrainingListener.NONE);
            Trainer.of(parts, small.build()).run(folder.resolve("10, 10, 4"), TrainingListener.NONE);

            assertThat(parts.values("first.weight")).containsExactly(whole.values("first.weight"), within(1e-6f));
        }
    }

    @Test
    void goesOnAfterACancelAsIfNothingHadHappened() throws Exception {
        TrainingPlan plan =
                Runs.plan(4).optimizer(OptimizerSpec.ADAMW).averaging(0.9).build();
        try (TinyTask task = new TinyTask(0.3)) {
            Trainer.of(task, plan).run(folder.resolve("whole"), TrainingListener.NONE);
        }
        try (TinyTask task = new TinyTask(0.3)) {
            TrainingResult cancelled = Trainer.of(task, plan).run(folder.resolve("parts"), cancelAfter(9));
            assertThat(cancelled.end()).isEqualTo(TrainingResult.End.CANCELLED);
        }

        try (TinyTask task = new TinyTask(0.3)) {
            Trainer.of(task, plan).resume(folder.resolve("parts"), TrainingListener.NONE);
        }

        assertThat(Runs.log(folder.resolve("parts"))).hasSize(28).isEqualTo(Runs.log(folder.resolve("whole")));
        assertThat(folder.resolve("parts/head.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/head.safetensors"));
    }

    @Test
    void endsWithACheckpointWhenItsThreadIsInterrupted() throws Exception {
        try (TinyTask task = new TinyTask(0)) {
            TrainingListener interrupting = new TrainingListener() {
                @Override
                public void updated(Updated update) {
                    if (update.done() == 8) {
                        Thread.currentThread().interrupt();
                    }
                }
            };

            TrainingResult result = Trainer.of(task, Runs.plan(4).build()).run(folder, interrupting);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(result.end()).isEqualTo(TrainingResult.End.CANCELLED);
            assertThat(Safetensors.metadata(folder.resolve("checkpoints/last.safetensors"))
                            .get("progress"))
                    .contains("\"iteration\":8");
        }
    }

    @Test
    void cutsFromTheLogsWhatCameAfterTheCheckpoint() throws Exception {
        TrainingPlan plan = Runs.plan(4).build();
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, plan).run(folder, cancelAfter(9));
        }
        Files.writeString(
                folder.resolve("metrics.jsonl"),
                "{\"kind\":\"step\",\"iteration\":10,\"epoch\":1,\"loss\":123.0}\n{\"kind\":\"st",
                StandardOpenOption.APPEND);

        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, plan).resume(folder, TrainingListener.NONE);
        }

        assertThat(Runs.losses(folder)).hasSize(24).doesNotContain(123.0);
        assertThat(Files.readAllLines(folder.resolve("metrics.csv")).stream().filter(line -> line.contains(",loss,")))
                .hasSize(24);
    }

    @Test
    void endsEarlyWhenScoresNoLongerGrowBetter() throws Exception {
        try (TinyTask task = scored(3.0, 2.0, 2.5, 2.0, 1.0, 0.5)) {
            TrainingPlan plan = Runs.plan(6).patience(2).build();

            TrainingResult result = Trainer.of(task, plan).run(folder, TrainingListener.NONE);

            assertThat(result.end()).isEqualTo(TrainingResult.End.EARLY);
            assertThat(result.iterations()).isEqualTo(24);
            assertThat(result.bestIteration()).isEqualTo(12);
            assertThat(result.files()).isNotEmpty();
        }
    }

    @Test
    void keepsTheBestCheckpointsAndTheLast() throws Exception {
        try (TinyTask task = scored(3.0, 1.0, 2.0, Double.NaN, 4.0)) {

            Trainer.of(task, Runs.plan(5).best(2).build()).run(folder, TrainingListener.NONE);

            assertThat(checkpoints())
                    .containsExactly("best-00000012.safetensors", "best-00000018.safetensors", "last.safetensors");
        }
    }

    @Test
    void exportsTheWeightsOfTheBestEvaluation() throws Exception {
        List<float[]> weights = new ArrayList<>();
        try (TinyTask task = scored(3.0, 1.0, 2.0)) {
            TrainingListener noting = new TrainingListener() {
                @Override
                public void evaluated(Measured measured) {
                    weights.add(task.values("second.weight"));
                }
            };

            Trainer.of(task, Runs.plan(3).build()).run(folder, noting);

            assertThat(Safetensors.open(folder.resolve("head.safetensors"))
                            .get("second.weight")
                            .toFloats())
                    .isEqualTo(weights.get(1))
                    .isNotEqualTo(weights.get(2));
        }
    }

    @Test
    void evaluatesAveragedWeightsAndLearnsOnWithItsOwn() throws Exception {
        List<Double> plain = new ArrayList<>();
        List<Double> averaged = new ArrayList<>();
        for (boolean average : new boolean[] {false, true}) {
            try (TinyTask task = new TinyTask(0)) {
                TrainingPlan.Builder plan = Runs.plan(3);
                TrainingListener noting = new TrainingListener() {
                    @Override
                    public void evaluated(Measured measured) {
                        (average ? averaged : plain).add(measured.scores().chiefValue());
                    }
                };
                Trainer.of(task, (average ? plan.averaging(0.95) : plan).build())
                        .run(folder.resolve(average + ""), noting);
            }
        }

        assertThat(averaged).isNotEqualTo(plain);
        assertThat(Runs.losses(folder.resolve("true"))).isEqualTo(Runs.losses(folder.resolve("false")));
    }

    @Test
    void namesTheExamplesWhereTheLossIsNoNumber() {
        try (TinyTask task = new TinyTask(0) {
            @Override
            float[] example(int index, RandomGenerator random) {
                return index == 13 ? new float[] {Float.NaN, 0, 0, 0} : super.example(index, random);
            }
        }) {
            float[] before = task.values("first.weight");
            TrainingPlan plan = TrainingPlan.builder(Span.epochs(1), TinyTask.EXAMPLES / 2)
                    .optimizer(OptimizerSpec.ADAMW)
                    .build();

            assertThatThrownBy(() -> Trainer.of(task, plan).run(folder, TrainingListener.NONE))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("the loss is NaN at iteration ")
                    .hasMessageContaining("'example-13.txt'");

            assertThat(task.values("first.weight")).doesNotContain(Float.NaN).hasSameSizeAs(before);
            assertThat(folder.resolve("checkpoints/last.safetensors")).exists();
        }
    }

    @Test
    void namesAnExampleThatCannotBeMade() {
        try (TinyTask task = new TinyTask(0) {
            @Override
            float[] example(int index, RandomGenerator random) {
                if (index == 5) {
                    throw new IllegalStateException("the file is cut off.");
                }
                return super.example(index, random);
            }
        }) {
            assertThatThrownBy(() -> Trainer.of(task, Runs.plan(1).build()).run(folder, TrainingListener.NONE))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("'example-5.txt'")
                    .hasMessageContaining("the file is cut off.");
        }
    }

    @Test
    void neverWritesOverARun() throws Exception {
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, Runs.plan(1).build()).run(folder, TrainingListener.NONE);
            List<String> before = Runs.log(folder);

            assertThatThrownBy(() -> Trainer.of(task, Runs.plan(1).build()).run(folder, TrainingListener.NONE))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("holds a run already")
                    .hasMessageContaining("resume");

            assertThat(Runs.log(folder)).isEqualTo(before);
        }
    }

    @Test
    void refusesToResumeAnotherPlanAndSaysWhatDiffers() {
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, Runs.plan(2).build()).run(folder, cancelAfter(3));
            TrainingPlan other = Runs.plan(2).seed(8).accumulation(2).build();

            assertThatThrownBy(() -> Trainer.of(task, other).resume(folder, TrainingListener.NONE))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("seed was '7' and is '8'")
                    .hasMessageContaining("accumulation was '1' and is '2'")
                    .hasMessageNotContaining("batch size");
        }
    }

    @Test
    void noticesAScheduleThatWasChanged() {
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, Runs.plan(2).build()).run(folder, cancelAfter(3));
            TrainingPlan other = Runs.plan(2)
                    .schedules(Schedules.of(i -> (i == 5 ? 1.01 : 1) * 0.02 / (1 + i / 20.0), 1e-4, 0.9))
                    .build();

            assertThatThrownBy(() -> Trainer.of(task, other).resume(folder, TrainingListener.NONE))
                    .hasMessageContaining("learning rate was");
        }
    }

    @Test
    void resumesWithOtherThreadsAndTimesOfCheckpoints() {
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, Runs.plan(2).build()).run(folder, cancelAfter(3));
            TrainingPlan other = Runs.plan(2)
                    .decodeThreads(1)
                    .checkpointIterations(1)
                    .best(3)
                    .build();

            TrainingResult result = Trainer.of(task, other).resume(folder, TrainingListener.NONE);

            assertThat(result.iterations()).isEqualTo(12);
        }
    }

    @Test
    void exportsAgainWhenAFinishedRunIsResumed() throws Exception {
        try (TinyTask task = new TinyTask(0)) {
            Trainer.of(task, Runs.plan(2).build()).run(folder, TrainingListener.NONE);
            Files.delete(folder.resolve("head.safetensors"));

            Trainer.of(task, Runs.plan(2).build()).resume(folder, TrainingListener.NONE);

            assertThat(folder.resolve("head.safetensors")).exists();
        }
    }

    @Test
    void refusesAFolderInWhichARunIsAtWork() {
        try (TinyTask task = new TinyTask(0);
                TinyTask second = new TinyTask(0)) {
            List<String> refusals = new ArrayList<>();
            TrainingListener intruding = new TrainingListener() {
                @Override
                public void evaluated(Measured measured) {
                    try {
                        Trainer.of(second, Runs.plan(2).build()).resume(folder, NONE);
                    } catch (TrainingException e) {
                        refusals.add(String.valueOf(e.getMessage()));
                    }
                }
            };

            Trainer.of(task, Runs.plan(2).build()).run(folder, intruding);

            assertThat(refusals).hasSize(2).allMatch(message -> message.contains("a run is at work in this folder"));
        }
    }

    @Test
    void notesTheScoresOfTheWeightsItExportsWhereNoBestIsKept() throws Exception {
        try (TinyTask task = scored(3.0, 1.0, 2.0)) {
            Trainer.of(task, Runs.plan(3).best(0).build()).run(folder, TrainingListener.NONE);

            assertThat(Safetensors.metadata(folder.resolve("head.safetensors")))
                    .containsEntry("iterations", "18")
                    .containsEntry("scores", "{\"error\":2.0}");
        }
    }

    @Test
    void anInterruptWhileItMeasuresEndsWithAScoreAndACheckpoint() throws Exception {
        Path photo = Files.write(folder.resolve("photo"), new byte[10]);
        try (TinyTask task = new TinyTask(0) {
            private boolean before;

            @Override
            public Scores evaluate() {
                if (!before) {
                    before = true;
                    Thread.currentThread().interrupt();
                }
                try (FileChannel channel = FileChannel.open(photo)) {
                    channel.read(ByteBuffer.allocate(10)); // fails under the flag
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return super.evaluate();
            }
        }) {
            Path run = folder.resolve("run");

            TrainingResult result = Trainer.of(task, Runs.plan(4).build()).run(run, TrainingListener.NONE);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(result.end()).isEqualTo(TrainingResult.End.CANCELLED);
            assertThat(result.bestIteration()).isEqualTo(6);
            assertThat(Safetensors.metadata(run.resolve("checkpoints/last.safetensors"))
                            .get("progress"))
                    .contains("\"iteration\":6");
        }
    }
}
