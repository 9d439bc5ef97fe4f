package io.github.dino4j;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.FrozenBackbone;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.LearningHead;
import io.github.dino4j.train.Losses;
import io.github.dino4j.train.ParameterGroup;
import io.github.dino4j.train.Scores;
import io.github.dino4j.train.TrainingTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

// docs/how-to/train.md shows this class; OwnTaskTest compares the two.

/** Learns a number for each photo (a grade, an age) from the class token of a frozen model. */
final class GradeTraining implements TrainingTask<GradeTraining.Graded> {
    record Graded(Input photo, float grade) {}

    private static final Taps LAST = new Taps(Layers.last(1), true);

    private final FrozenBackbone backbone;
    private final LearningHead<Linear> head;
    private final Examples<Graded> examples;
    private final Examples<Graded> unseen;

    GradeTraining(Model model, Examples<Graded> examples, Examples<Graded> unseen) {
        backbone = new FrozenBackbone(model);
        head = LearningHead.random(0, p -> p.linear("grade", model.config().dim(), 1, Bias.FULL));
        this.examples = examples;
        this.unseen = unseen;
    }

    @Override
    public String title() {
        return "grade of a photo, on " + backbone.title();
    }

    @Override
    public Examples<Graded> examples() {
        return examples;
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.of(ParameterGroup.of("head", head.variables()));
    }

    @Override
    public Map<String, Tensor> state() {
        return head.tensors();
    }

    @Override
    public Losses learn(List<Graded> batch, double share) {
        Tensor loss = error(batch, head.learning());
        loss.mul(share).backward();
        return Losses.of(loss.item());
    }

    @Override
    public Scores evaluate() {
        try (Scope scope = Scope.inference()) {
            List<Graded> all = new ArrayList<>();
            for (int i = 0; i < unseen.size(); i++) {
                all.add(unseen.load(i, new SplittableRandom(i)));
            }
            double error = error(all, head.inference()).item();
            return new Scores(Map.of("squared error", error), "squared error", false, Map.of("photos", all.size()));
        }
    }

    private Tensor error(List<Graded> batch, Linear head) {
        Tensor photos = Input.batch(batch.stream().map(Graded::photo).toList());
        Tensor found = head.forward(backbone.read(photos, LAST).get(0).cls()); // [B, 1]
        float[] grades = new float[batch.size()];
        for (int i = 0; i < grades.length; i++) {
            grades[i] = batch.get(i).grade();
        }
        return found.sub(Tensor.of(grades, grades.length, 1)).square().mean(false, 0, 1);
    }

    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) {
        head.save(folder.resolve("grade.safetensors"), metadata);
        return List.of(folder.resolve("grade.safetensors"));
    }

    @Override
    public void close() {
        head.close();
    }
}
