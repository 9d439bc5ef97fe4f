package io.github.dino4j.train;

import io.github.dino4j.tensor.Engine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A rank beside the first: it learns from its part of every batch and does nothing else. Weights and place in the run come
 * from rank 0, so it reads no checkpoint and needs no folder. For one thread.
 *
 * @param <E> an example
 */
final class Follower<E> implements AutoCloseable {
    private final TrainingTask<E> task;
    private final TrainingPlan plan;
    private final ExampleOrder order;
    private final long iterations;
    private final TrainingListener listener;
    private final Ranks ranks;
    private final Learner<E> learner;
    private final Pace pace = new Pace();

    Follower(
            TrainingTask<E> task,
            TrainingPlan plan,
            ExampleOrder order,
            long iterations,
            TrainingListener listener,
            Ranks ranks) {
        this.task = task;
        this.plan = plan;
        this.order = order;
        this.iterations = iterations;
        this.listener = listener;
        this.ranks = ranks;
        this.learner = new Learner<>(task, plan, ranks);
    }

    /** Learns until rank 0 has done the last update, or any rank was cancelled. */
    TrainingResult train(java.nio.file.Path folder) {
        long iteration = learner.begin(0);
        pace.begin(0);
        Losses losses = null;
        try (ExampleLoader<E> loader = new ExampleLoader<>(task.examples(), plan, ranks, iteration, iterations)) {
            while (!ranks.any(listener.cancelled() || Thread.currentThread().isInterrupted())) {
                Step step = new Step(iteration, iterations, order.epoch(iteration));
                int[] examples = order.examples(iteration);
                pace.workBegins();
                losses = learner.update(step, examples, loader).losses();
                pace.workEnds(examples.length);
                iteration++;
            }
        }
        return new TrainingResult(
                folder,
                iteration == iterations ? TrainingResult.End.COMPLETE : TrainingResult.End.CANCELLED,
                iteration,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(losses),
                List.of(),
                Duration.ofMillis((long) (1000 * pace.seconds())),
                Math.max(pace.peakBytes(), Engine.residentBytes()),
                pace.imagesPerSecond());
    }

    @Override
    public void close() {
        learner.close();
    }
}
