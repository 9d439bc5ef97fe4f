package io.github.dino4j.recipe;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Losses;
import io.github.dino4j.train.ParameterGroup;
import io.github.dino4j.train.Ranks;
import io.github.dino4j.train.Scores;
import io.github.dino4j.train.Step;
import io.github.dino4j.train.TrainingTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A task as a recipe has it: with its title, with what must be the same when the run goes on, and with variables grouped by
 * its rule. Groups that have a rate of their own (a grid of them) stay.
 */
record Regrouped<E>(TrainingTask<E> task, String title, Map<String, String> facts, List<ParameterGroup> groups)
        implements TrainingTask<E> {
    private static final String BACKBONE = "backbone.";

    static <E> Regrouped<E> of(
            TrainingTask<E> task, String title, Map<String, String> facts, PlanRecipe.Rule rule, int blocks) {
        List<ParameterGroup> own = new ArrayList<>();
        Map<String, Tensor> head = new LinkedHashMap<>();
        Map<String, Tensor> backbone = new LinkedHashMap<>();
        for (ParameterGroup group : task.groups()) {
            if (group.rate() != 1 || group.decay() != 1 || group.lastLayer()) {
                own.add(group);
            } else {
                group.variables()
                        .forEach((name, tensor) -> (name.startsWith(BACKBONE) ? backbone : head).put(name, tensor));
            }
        }
        own.addAll(rule.groups(head, backbone, blocks));
        own.removeIf(group -> group.variables().isEmpty());
        return new Regrouped<>(task, title, facts, List.copyOf(own));
    }

    @Override
    public Examples<E> examples() {
        return task.examples();
    }

    @Override
    public Map<String, Tensor> state() {
        return task.state();
    }

    @Override
    public void join(Ranks ranks) {
        task.join(ranks);
    }

    @Override
    public void beforeUpdate(Step step) {
        task.beforeUpdate(step);
    }

    @Override
    public void beforeStep(Step step) {
        task.beforeStep(step);
    }

    @Override
    public Losses learn(List<E> batch, double share) {
        return task.learn(batch, share);
    }

    @Override
    public void afterStep(Step step) {
        task.afterStep(step);
    }

    @Override
    public List<String> warnings() {
        return task.warnings();
    }

    @Override
    public Scores evaluate() {
        return task.evaluate();
    }

    @Override
    public Optional<RgbImage> sheet() {
        return task.sheet();
    }

    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        return task.export(folder, metadata);
    }

    @Override
    public void close() {
        task.close();
    }
}
