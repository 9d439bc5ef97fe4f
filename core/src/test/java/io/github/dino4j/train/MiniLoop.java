package io.github.dino4j.train;

import io.github.dino4j.tensor.Descent;
import io.github.dino4j.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The least that a task needs of a trainer: batches in order, plain gradient descent. */
final class MiniLoop {
    private MiniLoop() {}

    /** The losses of each step. */
    static <E> List<Double> run(TrainingTask<E> task, int batch, int steps, double rate) {
        return run(task, batch, steps, descent -> descent.step(rate));
    }

    /** The same by the signs of gradients, for deep heads, whose gradients differ much in size. */
    static <E> List<Double> runBySigns(TrainingTask<E> task, int batch, int steps, double rate) {
        return run(task, batch, steps, descent -> descent.signStep(rate));
    }

    private static <E> List<Double> run(TrainingTask<E> task, int batch, int steps, Consumer<Descent> update) {
        Descent descent = new Descent(task.groups().stream()
                .flatMap(g -> g.variables().values().stream())
                .toList());
        List<Double> losses = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < steps; i++) {
            Step step = new Step(i, steps, 0);
            task.beforeStep(step);
            Descent.seed(i);
            try (Scope scope = Scope.open()) {
                List<E> examples = new ArrayList<>();
                for (int b = 0; b < batch; b++, at++) {
                    examples.add(task.examples().load(at % task.examples().size(), new SplittableRandom(at)));
                }
                losses.add(task.learn(examples, 1).total());
            }
            update.accept(descent);
            task.afterStep(step);
        }
        return losses;
    }
}
