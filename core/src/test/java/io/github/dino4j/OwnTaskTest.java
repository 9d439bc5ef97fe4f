package io.github.dino4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.Schedule;
import io.github.dino4j.train.Schedules;
import io.github.dino4j.train.Span;
import io.github.dino4j.train.Trainer;
import io.github.dino4j.train.TrainingListener;
import io.github.dino4j.train.TrainingPlan;
import io.github.dino4j.train.TrainingResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The task that docs/how-to/train.md makes of one's own, {@link GradeTraining}. */
class OwnTaskTest {
    /** Grey pictures whose grade is how bright they are. */
    private static final Examples<GradeTraining.Graded> PICTURES = new Examples<>() {
        @Override
        public int size() {
            return 12;
        }

        @Override
        public String name(int index) {
            return "picture " + index;
        }

        @Override
        public GradeTraining.Graded load(int index, RandomGenerator random) {
            float[] values = new float[3 * 32 * 32];
            for (int i = 0; i < values.length; i++) {
                values[i] = index / 6f - 1 + 0.1f * (float) Math.sin(i);
            }
            return new GradeTraining.Graded(new Input(index, 3, 32, 32, values), index / 12f);
        }
    };

    @Test
    void learns(@TempDir Path folder) {
        try (Model model = TinyModel.random();
                GradeTraining task = new GradeTraining(model, PICTURES, PICTURES)) {
            double before = task.evaluate().chiefValue();
            TrainingPlan plan = TrainingPlan.builder(Span.epochs(20), 4)
                    .optimizer(OptimizerSpec.ADAMW)
                    .schedules(Schedules.of(Schedule.constant(1e-2), 0, 0.9))
                    .build();

            TrainingResult result = Trainer.of(task, plan).run(folder.resolve("run"), TrainingListener.NONE);

            assertThat(result.best().orElseThrow().chiefValue()).isLessThan(before / 4);
            assertThat(result.files()).containsExactly(folder.resolve("run/grade.safetensors"));
        }
    }

    @Test
    void isWhatThePageShows() throws Exception {
        String page = Files.readString(Path.of("../docs/how-to/train.md"));
        String source = Files.readString(Path.of("src/test/java/io/github/dino4j/GradeTraining.java"));

        int begin = page.indexOf("final class GradeTraining");
        String shown = page.substring(begin, page.indexOf("```", begin));

        assertThat(source.substring(source.indexOf("final class")).replace("@Override", ""))
                .isEqualToIgnoringWhitespace(shown);
    }
}
