package io.github.dino4j.recipe;

import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.train.DistillationTraining;
import io.github.dino4j.train.FrozenBackbone;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.TrainingTask;
import java.util.Optional;

/** {@code task: distillation}: the backbone of the recipe learns the features of {@code teacher}. */
final class DistillationRecipe implements TaskRecipe {
    @Override
    public PlanRecipe.Defaults defaults(Section top) {
        return new PlanRecipe.Defaults(10, 16, "adamw", 3e-4, 0.05, "cosine");
    }

    @Override
    public Split split(Section data, long seed) {
        DataRecipe.start(data);
        TruthSet training = DataRecipe.photos(data.section("train"), "training");
        return new Split(training, DataRecipe.photos(data.section("validation"), "validation"));
    }

    @Override
    public TrainingTask<?> task(Parts parts) {
        int patch = parts.backbone().config().patch();
        AugmentRecipe augment = AugmentRecipe.read(
                parts.top().section("augmentation"), AugmentRecipe.Kind.CLASSIFICATION, 14 * patch, patch);
        Transform transform = parts.model().card().transform();
        Model teacher = parts.alsoClose(BackboneRecipe.teacher(parts.top().section("teacher")));
        return new DistillationTraining(
                new FrozenBackbone(teacher),
                parts.backbone(),
                parts.seed(),
                new PhotoExamples<>(parts.split().training(), augment.change(), transform, false, (i, s, x) -> x),
                new PhotoExamples<Input>(parts.split().validation(), augment.plain(), transform, false, (i, s, x) -> x),
                parts.cacheUnless(augment.random() ? Optional.of(Parts.RANDOM) : Optional.empty()));
    }
}
