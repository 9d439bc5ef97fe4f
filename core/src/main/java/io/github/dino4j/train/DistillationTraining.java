package io.github.dino4j.train;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A small backbone learns the features of a larger, frozen one: class and patch tokens after the last norm, through a
 * linear projection to the teacher's width. Minimised are the smooth L1 distance (Huber's, bend at 1; as in
 * feature-mimicking distillation, arXiv:2312.06709, "AM-RADIO") and one minus the cosine, each the mean over tokens, patches
 * and class token with equal weight. Where the patch grids differ, the teacher's is resized bilinearly.
 *
 * <p>Owns the projection and closes it; teacher, student and cache stay the caller's.
 */
public final class DistillationTraining implements TrainingTask<Input> {
    /** File of the projection in {@link #export}'s folder. */
    public static final String FILE = "projection.safetensors";

    private static final Taps LAST = new Taps(Layers.last(1), true);

    private final LearningBackbone teacher;
    private final LearningBackbone student;
    private final LearningHead<FeatureProjection> projection;
    private final Examples<Input> examples;
    private final Examples<Input> validation;
    private final Optional<FeatureCache> cache;
    private final Weights weights;

    /**
     * @param teacher frozen
     * @param student learns
     * @param seed of the projection
     * @param cache of the teacher's features, for examples without anything random
     * @throws IllegalArgumentException if the teacher learns, or the student does not
     */
    public DistillationTraining(
            LearningBackbone teacher,
            LearningBackbone student,
            long seed,
            Examples<Input> examples,
            Examples<Input> validation,
            Optional<FeatureCache> cache) {
        if (!teacher.isFrozen() || student.isFrozen()) {
            throw new IllegalArgumentException(
                    "a frozen teacher is copied by a student that learns; here the teacher is " + teacher.title()
                            + " and the student " + student.title());
        }
        this.teacher = teacher;
        this.student = student;
        this.examples = examples;
        this.validation = validation;
        this.cache = cache;
        int from = student.config().dim();
        int to = teacher.config().dim();
        projection = LearningHead.random(seed, p -> new FeatureProjection(p, from, to));
        weights = Weights.of(student, projection, Optional.empty());
    }

    @Override
    public String title() {
        return student.title() + " learns from " + teacher.title();
    }

    @Override
    public Examples<Input> examples() {
        return examples;
    }

    @Override
    public List<ParameterGroup> groups() {
        return weights.groups();
    }

    @Override
    public Map<String, Tensor> state() {
        return weights.state();
    }

    /** What is compared: the student's through the projection, and the teacher's on the student's grid. */
    private record Pair(Tensor cls, Tensor patches, Tensor teacherCls, Tensor teacherPatches) {
        Tensor classCosine() {
            return cosine(cls, teacherCls);
        }

        Tensor patchCosine() {
            return cosine(patches, teacherPatches);
        }
    }

    private static Pair pair(Tokens truth, Tokens own, FeatureProjection project) {
        Tensor patches = truth.patches();
        if (truth.height() != own.height() || truth.width() != own.width()) {
            patches = truth.map()
                    .bilinear(own.height(), own.width(), false)
                    .flatten(2, 3)
                    .transpose(1, 2);
        }
        return new Pair(project.cls(own.cls()), project.patches(own.patches()), truth.cls(), patches);
    }

    @Override
    public Losses learn(List<Input> batch, double share) {
        Tensor pixels = Input.batch(batch);
        Tokens truth = cache.map(features -> features.read(teacher, LAST, batch))
                .orElseGet(() -> teacher.read(pixels, LAST))
                .get(0);
        Pair pair = pair(truth, student.read(pixels, LAST).get(0), projection.learning());
        Tensor cosine =
                pair.classCosine().add(pair.patchCosine()).mul(0.5).neg().add(1);
        Tensor distance = smoothL1(pair.cls(), pair.teacherCls())
                .add(smoothL1(pair.patches(), pair.teacherPatches()))
                .mul(0.5);
        Tensor loss = cosine.add(distance);
        student.backward(loss.mul(share));
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("one minus cosine", cosine.item());
        parts.put("smooth L1", distance.item());
        return new Losses(loss.item(), parts);
    }

    /** Mean of x^2 / 2 up to 1, of |x| - 1/2 beyond. */
    private static Tensor smoothL1(Tensor x, Tensor y) {
        Tensor d = x.sub(y).abs();
        Tensor near = d.clamp(0, 1);
        return near.square().mul(0.5).add(d.sub(near)).reshape(-1).mean(false, 0);
    }

    /** Mean cosine of the vectors along the last axis. */
    private static Tensor cosine(Tensor x, Tensor y) {
        Tensor lengths = x.square()
                .sum(false, -1)
                .mul(y.square().sum(false, -1))
                .add(1e-12)
                .sqrt();
        return x.mul(y).sum(false, -1).div(lengths).reshape(-1).mean(false, 0);
    }

    /** Mean cosine between projected and true tokens. */
    @Override
    public Scores evaluate() {
        double cls = 0;
        double patches = 0;
        for (int i = 0; i < validation.size(); i++) {
            Input input = validation.load(i, new SplittableRandom(0));
            try (Scope scope = Scope.inference()) {
                Tensor pixels = Input.batch(List.of(input));
                Tokens truth = teacher.read(pixels, LAST).get(0);
                Pair pair = pair(truth, student.read(pixels, LAST).get(0), projection.inference());
                cls += pair.classCosine().item() / validation.size();
                patches += pair.patchCosine().item() / validation.size();
            }
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("cosine", (cls + patches) / 2);
        values.put("cosine of class tokens", cls);
        values.put("cosine of patch tokens", patches);
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("images", validation.size());
        protocol.put("teacher", teacher.title());
        protocol.put("compared", "tokens after the last norm, the student's through its projection; mean over images");
        return new Scores(values, "cosine", true, protocol);
    }

    /** Writes {@value #FILE} and what the student has learned. */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        return weights.export(folder, FILE, metadata);
    }

    /** Frees the projection. */
    @Override
    public void close() {
        projection.close();
    }
}
