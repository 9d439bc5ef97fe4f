package io.github.dino4j.recipe;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.detect.DetectionLoss;
import io.github.dino4j.detect.Detector;
import io.github.dino4j.detect.DetectorConfig;
import io.github.dino4j.detect.TrueBox;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.train.DetectionExample;
import io.github.dino4j.train.DetectionTraining;
import io.github.dino4j.train.DetectionTruth;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.FeatureCache;
import io.github.dino4j.train.LearningHead;
import io.github.dino4j.train.TrainingTask;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/** {@code task: detection}. */
final class DetectionRecipe implements TaskRecipe {
    private static final int SIDE = 256;

    /** Which detector. */
    enum Kind {
        /** DINOv3's, in small: for a processor and little data. */
        LIGHT,
        /** DINOv3's as it is published. */
        PUBLISHED
    }

    @Override
    public PlanRecipe.Defaults defaults(Section top) {
        return new PlanRecipe.Defaults(20, 4, "adamw", 2e-4, 1e-4, "cosine");
    }

    @Override
    public Split split(Section data, long seed) {
        return DataRecipe.read(data, DataRecipe.Truth.BOXES, seed);
    }

    @Override
    public TrainingTask<?> task(Parts parts) {
        Section head = parts.top().section("head");
        Section validation = parts.top().section("validation");
        BackboneConfig backbone = parts.backbone().config();
        TruthSet training = parts.split().training();
        ClassList classes = training.classes();
        DetectorConfig config = config(head, backbone, classes.size());
        AugmentRecipe augment = AugmentRecipe.read(
                parts.top().section("augmentation"), AugmentRecipe.Kind.DETECTION, SIDE, backbone.patch());
        Transform transform = parts.model().card().transform();
        Examples<DetectionExample> examples = new PhotoExamples<>(
                training,
                augment.change(),
                transform,
                false,
                (index, scene, input) -> new DetectionExample(
                        input,
                        scene.boxes().stream().map(TrueBox::of).toList(),
                        training.example(index).name()));
        DetectionTraining.Settings settings = DetectionTraining.Settings.of(
                        classes,
                        transform.normalisation(),
                        validation.atLeast("side", 1, Math.min(augment.height(), augment.width())))
                .withPictures(validation.atLeast("pictures", 0, 4));
        Optional<FeatureCache> cache = config.windows() == 0
                ? parts.cache(augment.random())
                : parts.cacheUnless(Optional.of("the detector reads the photo in windows"));
        settings = cache.map(settings::withCache).orElse(settings);
        return DetectionTraining.of(
                parts.backbone(),
                LearningHead.random(parts.seed(), p -> new Detector(p, config)),
                examples,
                new Truths(parts.split().validation()),
                DetectionLoss.STANDARD,
                settings);
    }

    private static DetectorConfig config(Section s, BackboneConfig backbone, int classes) {
        Kind kind = s.choice("kind", Kind.class, Kind.LIGHT);
        if (kind == Kind.LIGHT) {
            s.without("light reads the photo as a whole", "windows");
        }
        int windows = s.atLeast("windows", 0, 2);
        DetectorConfig config = kind == Kind.LIGHT
                ? DetectorConfig.light(backbone, classes)
                : DetectorConfig.published(backbone, windows, classes);
        OptionalInt queries = s.integer("queries");
        if (queries.isPresent()) {
            config = config.withQueries(queries.getAsInt());
        }
        OptionalInt extra = s.integer("extra_queries");
        int times = s.atLeast("extra_times", 1, 6);
        return extra.isPresent() && extra.getAsInt() > 0 ? config.withExtraQueries(extra.getAsInt(), times) : config;
    }

    /** Photos as they are, with their boxes. */
    private record Truths(TruthSet set) implements Examples<DetectionTruth> {
        @Override
        public int size() {
            return set.size();
        }

        @Override
        public String name(int index) {
            return set.example(index).name();
        }

        @Override
        public DetectionTruth load(int index, RandomGenerator random) {
            return DetectionTruth.of(set.read(index), name(index));
        }
    }
}
