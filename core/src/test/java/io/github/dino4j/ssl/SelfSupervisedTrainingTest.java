package io.github.dino4j.ssl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.train.GradientClip;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.Schedule;
import io.github.dino4j.train.Schedules;
import io.github.dino4j.train.Span;
import io.github.dino4j.train.Trainer;
import io.github.dino4j.train.TrainingListener;
import io.github.dino4j.train.TrainingPlan;
import io.github.dino4j.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelfSupervisedTrainingTest {
    private static final Map<String, Generation> GENERATIONS = Map.of(
            "dinov1", Generation.DINO_V1,
            "dinov2", Generation.DINO_V2,
            "dinov3", Generation.DINO_V3,
            "token-matching", Generation.TOKEN_MATCHING);

    @TempDir
    Path folder;

    private static TrainingPlan plan(int updates) {
        return TrainingPlan.builder(Span.iterations(updates), 8)
                .dropLast(true)
                .optimizer(OptimizerSpec.ADAMW)
                .schedules(Schedules.of(Schedule.constant(1e-3), 0.04, 0.9))
                .clip(new GradientClip.EachPart(3, List.of(Network.BACKBONE, Network.CLASS_HEAD, Network.PATCH_HEAD)))
                .evaluateEvery(Span.iterations(updates))
                .checkpointIterations(3)
                .seed(2)
                .build();
    }

    private static Objective with(Objective o, Objective.Centers centers, Optional<GramAnchor> gram) {
        return new Objective(
                o.classWeight(),
                o.patchWeight(),
                o.koleoWeight(),
                o.koleo(),
                centers,
                o.centerMomentum(),
                o.studentTemperature(),
                o.teacherTemperature(),
                o.teacherMomentum(),
                o.localWeight(),
                o.hideFromStudent(),
                gram,
                o.gramWeight(),
                o.frozenLastLayer());
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
    @ValueSource(strings = {"dinov1", "dinov2", "dinov3", "token-matching"})
    void aRunThatWasCancelledGoesOnBitByBitAndExportsABackbone(String name) throws IOException {
        Generation generation = GENERATIONS.getOrDefault(name, Generation.DINO_V1);
        Objective objective = generation.objective(8, 4);
        Path whole = folder.resolve("whole");
        try (SelfSupervisedTraining task = TinySelfSupervision.training(generation, objective)) {
            TrainingResult result = Trainer.of(task, plan(8)).run(whole, TrainingListener.NONE);
            assertThat(result.files()).hasSize(2);
        }
        Path cut = folder.resolve("cut");
        try (SelfSupervisedTraining task = TinySelfSupervision.training(generation, objective)) {
            long[] done = {0};
            Trainer.of(task, plan(8)).run(cut, new TrainingListener() {
                @Override
                public void updated(Updated update) {
                    done[0] = update.done();
                }

                @Override
                public boolean cancelled() {
                    return done[0] == 4;
                }
            });
        }
        try (SelfSupervisedTraining task = TinySelfSupervision.training(generation, objective)) {
            Trainer.of(task, plan(8)).resume(cut, TrainingListener.NONE);
        }
        assertThat(losses(cut)).isEqualTo(losses(whole)).hasSize(8);
        assertThat(cut.resolve("heads.safetensors")).hasSameBinaryContentAs(whole.resolve("heads.safetensors"));
        try (Model model = Model.load(whole.resolve("backbone.safetensors"), LoadOptions.DEFAULT)) {
            assertThat(model.config().dim()).isEqualTo(32);
        }
    }

    @Test
    void theGramAnchorIsRefreshedAndFoundAgain() throws IOException {
        GramAnchor anchor =
                new GramAnchor(new GramLoss(true, GramLoss.Negatives.KEEP), true, GramAnchor.Selection.ALL, 0, 2, 2, 2);
        Objective objective = with(Generation.DINO_V3.objective(8, 4), Objective.Centers.SINKHORN, Optional.of(anchor));
        try (SelfSupervisedTraining task = TinySelfSupervision.training(Generation.DINO_V3, objective)) {
            Trainer.of(task, plan(8)).run(folder.resolve("run"), TrainingListener.NONE);
            assertThat(task.state().keySet())
                    .contains("gram_teacher/backbone.cls_token", "teacher/backbone.cls_token", "gram_refreshes");
            assertThat(task.state().get("gram_refreshes")).satisfies(t -> {
                try (var scope = io.github.dino4j.tensor.Scope.inference()) {
                    assertThat(t.item()).isEqualTo(2);
                }
            });
        }
    }

    /** Warnings of a run of DINO with this centering. */
    private List<String> warnings(Objective.Centers centers) {
        List<String> warnings = new ArrayList<>();
        Objective objective = with(Generation.DINO_V1.objective(160, 1000), centers, Optional.empty());
        Objective eager = new Objective(
                1,
                0,
                0,
                objective.koleo(),
                centers,
                0.9,
                0.1,
                objective.teacherTemperature(),
                Schedule.constant(0.98),
                objective.localWeight(),
                true,
                Optional.empty(),
                objective.gramWeight(),
                0);
        try (SelfSupervisedTraining task = TinySelfSupervision.training(Generation.DINO_V1, eager)) {
            Trainer.of(task, plan(160)).run(folder.resolve(centers.name()), new TrainingListener() {
                @Override
                public void warned(String message) {
                    warnings.add(message);
                }
            });
        }
        return warnings;
    }

    @Test
    void withoutCenteringTheAlarmTellsOfTheCollapseAndWithItThereIsNone() {
        assertThat(warnings(Objective.Centers.NONE)).anyMatch(text -> text.contains("the teacher has collapsed"));
        assertThat(warnings(Objective.Centers.SOFTMAX)).isEmpty();
        assertThat(warnings(Objective.Centers.SINKHORN)).isEmpty();
    }
}
