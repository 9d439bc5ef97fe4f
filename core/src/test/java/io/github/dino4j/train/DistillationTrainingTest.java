package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistillationTrainingTest {
    private static final Blocks BLOCKS = new Blocks(64, 16, 8, 1);

    @TempDir
    Path folder;

    private static DistillationTraining task(Model teacher, LearningBackbone student, Optional<FeatureCache> cache) {
        return new DistillationTraining(
                new FrozenBackbone(teacher), student, 1, BLOCKS.inputs(), new Blocks(64, 16, 2, 2).inputs(), cache);
    }

    private static WholeBackbone student() {
        return WholeBackbone.random(TinyModel.of(32, 2, 1), 2);
    }

    @Test
    void theStudentsFeaturesComeNearerToTheTeachers() {
        try (Model teacher = TinyModel.random();
                WholeBackbone student = student();
                DistillationTraining task = task(teacher, student, Optional.empty())) {
            double before = task.evaluate().chiefValue();

            MiniLoop.run(task, 4, 40, 0.3);

            assertThat(task.evaluate().chiefValue()).isGreaterThan(before + 0.2);
        }
    }

    @Test
    void theTeachersKeptFeaturesGiveTheSameLoss() {
        try (Model teacher = TinyModel.random();
                WholeBackbone first = student();
                WholeBackbone second = student();
                FeatureCache cache = new FeatureCache(FeatureCache.Options.of(folder.resolve("features")));
                DistillationTraining without = task(teacher, first, Optional.empty());
                DistillationTraining with = task(teacher, second, Optional.of(cache))) {
            List<Double> expected = MiniLoop.run(without, 4, 4, 0.1);

            List<Double> losses = MiniLoop.run(with, 4, 4, 0.1);

            assertThat(losses.get(3)).isCloseTo(expected.get(3), Offset.offset(1e-5));
        }
    }

    @Test
    void theExportedStudentIsAModelWithTheSameFeatures() throws IOException {
        try (Model teacher = TinyModel.random();
                WholeBackbone student = student();
                DistillationTraining task = task(teacher, student, Optional.empty())) {
            MiniLoop.run(task, 4, 2, 0.1);

            Path file = task.export(folder, Map.of()).get(1);

            try (Model loaded = Model.load(file, LoadOptions.DEFAULT.withPrecision(LoadOptions.Precision.PLAIN));
                    Scope scope = Scope.inference()) {
                Taps last = new Taps(Layers.last(1), true);
                var pixels = Input.batch(List.of(BLOCKS.input(0)));
                float[] own = student.read(pixels, last).get(0).patches().toFloats();
                float[] read = new FrozenBackbone(loaded)
                        .read(pixels, last)
                        .get(0)
                        .patches()
                        .toFloats();
                for (int i = 0; i < own.length; i++) {
                    assertThat(read[i]).isCloseTo(own[i], Offset.offset(1e-5f));
                }
            }
        }
    }

    @Test
    void refusesAStudentThatIsFrozen() {
        try (Model teacher = TinyModel.random()) {
            assertThatThrownBy(() -> task(teacher, new FrozenBackbone(teacher), Optional.empty()))
                    .hasMessageContaining("a student that learns");
        }
    }
}
