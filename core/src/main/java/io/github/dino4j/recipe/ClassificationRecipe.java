package io.github.dino4j.recipe;

import io.github.dino4j.augment.Change;
import io.github.dino4j.augment.Scene;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.classify.ClassificationLoss;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.train.ClassExample;
import io.github.dino4j.train.ClassificationTraining;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.Probe;
import io.github.dino4j.train.TrainingTask;
import java.util.List;

/** {@code task: classification}. */
final class ClassificationRecipe implements TaskRecipe {
    private static final int PROBE_BATCH = 128;

    /** Which classifiers. */
    enum Kind {
        /** One linear layer. */
        LINEAR,
        /** Thirteen linear layers with as many learning rates at once, of which the best counts: DINOv2's and v3's probe. */
        PROBE
    }

    private static Kind kind(Section head) {
        return head.choice("kind", Kind.class, Kind.LINEAR);
    }

    @Override
    public PlanRecipe.Defaults defaults(Section top) {
        return kind(top.section("head")) == Kind.PROBE
                ? new PlanRecipe.Defaults(10, PROBE_BATCH, "sgd", 1, 0, "cosine")
                : new PlanRecipe.Defaults(10, 32, "adamw", 1e-3, 1e-2, "cosine");
    }

    @Override
    public Split split(Section data, long seed) {
        return DataRecipe.read(data, DataRecipe.Truth.CLASSES, seed);
    }

    @Override
    public TrainingTask<?> task(Parts parts) {
        Section head = parts.top().section("head");
        Section validation = parts.top().section("validation");
        BackboneConfig backbone = parts.backbone().config();
        Transform transform = parts.model().card().transform();
        TruthSet training = parts.split().training();
        AugmentRecipe augment = AugmentRecipe.read(
                parts.top().section("augmentation"),
                AugmentRecipe.Kind.CLASSIFICATION,
                14 * backbone.patch(),
                backbone.patch());
        boolean several = DataRecipe.labels(parts.top().section("data")) == DataRecipe.Labels.SEVERAL;
        ClassificationTraining.Settings settings = ClassificationTraining.Settings.of(
                        ClassList.of(training.name(), training.classes().names()), probes(parts, head))
                .withLoss(loss(head, several))
                .withSeed(parts.seed())
                .withBatch(validation.atLeast("batch", 1, 32))
                .withNormalisation(transform.normalisation());
        settings = parts.cache(augment.random()).map(settings::withCache).orElse(settings);
        return new ClassificationTraining(
                parts.backbone(),
                examples(training, augment.change(), transform),
                examples(parts.split().validation(), augment.plain(), transform),
                settings);
    }

    private static ClassificationLoss loss(Section head, boolean several) {
        if (several) {
            head.without("photos have several labels, each of which is decided by itself", "smoothing");
            return new ClassificationLoss.BinaryCrossEntropy();
        }
        return new ClassificationLoss.CrossEntropy(head.positive("smoothing", 0));
    }

    private static List<Probe> probes(Parts parts, Section head) {
        Section training = parts.top().section("training");
        if (kind(head) == Kind.PROBE && parts.backbone().isFrozen()) {
            String why = "each classifier of a probe is a group with a rate of its own, and the backbone is frozen";
            training.without(why, "layer_decay", "patch_embed_rate");
            if (training.choice("decay", PlanRecipe.Decay.class, PlanRecipe.Decay.ALL) != PlanRecipe.Decay.ALL) {
                training.without(why, "decay");
            }
        }
        int step = training.atLeast("batch", 1, PROBE_BATCH) * training.atLeast("accumulate", 1, 1);
        int blocks = head.atLeast("blocks", 1, 1);
        LinearInput input = new LinearInput(
                blocks,
                head.flag("average", true),
                head.choice("join", LinearInput.Join.class, LinearInput.Join.CONCATENATED));
        return kind(head) == Kind.PROBE ? Probe.grid(List.of(input), step) : List.of(new Probe(input, 1));
    }

    private static Examples<ClassExample> examples(TruthSet set, Change change, Transform transform) {
        return new PhotoExamples<>(
                set,
                change,
                transform,
                false,
                (int index, Scene scene, Input input) -> new ClassExample(input, labels(set.example(index))));
    }

    private static List<Integer> labels(Example example) {
        return example.category().isPresent() ? List.of(example.category().getAsInt()) : example.labels();
    }
}
