package io.github.dino4j.train;

import io.github.dino4j.export.Reason;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop, from a start or a checkpoint to the end or a cancel. After each update, in this order: the log, an evaluation if
 * one is due, a checkpoint if one is due; so a checkpoint never lies between an update and its evaluation, and what a
 * resumed run does next depends on nothing but the count of updates. For one thread.
 *
 * @param <E> an example
 */
final class Session<E> implements AutoCloseable {
    private final TrainingTask<E> task;
    private final TrainingPlan plan;
    private final Map<String, String> about;
    private final RunFolder folder;
    private final MetricsLog log;
    private final ExampleOrder order;
    private final long iterations;
    private final TrainingListener listener;
    private final Ranks ranks;
    private final Learner<E> learner;
    private final RunView view;
    private final Pace pace = new Pace();
    private Progress progress = Progress.START;
    private @Nullable Losses losses;
    private boolean interrupted;

    Session(
            TrainingTask<E> task,
            TrainingPlan plan,
            Map<String, String> about,
            RunFolder folder,
            MetricsLog log,
            ExampleOrder order,
            long iterations,
            TrainingListener listener,
            Ranks ranks) {
        this.task = task;
        this.plan = plan;
        this.about = about;
        this.folder = folder;
        this.log = log;
        this.order = order;
        this.iterations = iterations;
        this.listener = listener;
        this.ranks = ranks;
        this.learner = new Learner<>(task, plan, ranks);
        this.view = new RunView(folder, listener);
    }

    TrainingResult train(boolean resume) {
        if (resume) {
            progress = folder.progress();
            Snapshots.read(folder.last(), learner.state());
            tidy();
            log.cut(progress.iteration(), view::add);
        } else {
            folder.requireRoom(learner.state(), plan);
            log.cut(0, view::add);
            checkpoint();
            folder.begin(plan, about);
        }
        learner.begin(progress.iteration());
        pace.begin(progress.seconds());
        listener.started(new TrainingListener.Start(
                task.title(),
                folder.path(),
                progress.iteration(),
                iterations,
                order.perEpoch(),
                task.examples().size()));
        TrainingResult result;
        try (EventFile events = folder.events(progress.iteration())) {
            boolean ended = learn(events);
            result = ended ? finish() : result(TrainingResult.End.CANCELLED, List.of());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        listener.finished(result);
        return result;
    }

    /** Trains on; false if it was cancelled. */
    private boolean learn(EventFile events) {
        try (ExampleLoader<E> loader =
                new ExampleLoader<>(task.examples(), plan, ranks, progress.iteration(), iterations)) {
            while (true) {
                boolean ended = progress.iteration() == iterations || progress.stopped();
                if (ranks.any(ended || cancelled())) {
                    if (!ended) {
                        checkpoint();
                    }
                    return ended;
                }
                update(loader, events);
            }
        }
    }

    /** One update and what is due after it. */
    private void update(ExampleLoader<E> loader, EventFile events) {
        long iteration = progress.iteration();
        Step step = new Step(iteration, iterations, order.epoch(iteration));
        int[] examples = order.examples(iteration);
        pace.workBegins();
        Learner.Update update = learner.update(step, examples, loader);
        takeInterrupt(); // a set flag would close files under our hands
        pace.workEnds(examples.length);
        long done = iteration + 1;
        progress = progress.at(done, order.perEpoch(), pace.seconds());
        losses = update.losses();
        view.add(log.step(done, step.epoch(), update, pace.seconds()));
        view.events(events, done, update);
        listener.updated(new TrainingListener.Updated(
                done,
                iterations,
                step.epoch(),
                update.losses(),
                update.settings().rate(),
                update.norm(),
                pace.imagesPerSecond(),
                pace.left(iterations - done)));
        boolean last = done == iterations;
        if (last || done % plan.evaluateEvery().updates(order.perEpoch()) == 0) {
            evaluate(step, events);
            checkpoint();
        } else if (checkpointDue(done)) {
            checkpoint();
        }
    }

    private boolean checkpointDue(long done) {
        boolean counted = plan.checkpointIterations() > 0 && done % plan.checkpointIterations() == 0;
        return counted || pace.sinceCheckpoint().compareTo(plan.checkpointEvery()) >= 0;
    }

    private void evaluate(Step step, EventFile events) {
        Measurement measured = throughInterrupts(this::measure);
        Scores scores = measured.scores();
        Optional<RgbImage> sheet = measured.sheet();
        pace.look();
        progress = progress.evaluated(scores, plan);
        view.add(log.evaluation(progress.iteration(), step.epoch(), scores));
        view.events(events, progress.iteration(), scores);
        view.refresh(progress, sheet, events);
        listener.evaluated(new TrainingListener.Measured(
                progress.iteration(), scores, progress.withoutGain() == 0, progress.withoutGain()));
    }

    private record Measurement(Scores scores, Optional<RgbImage> sheet) {}

    private Measurement measure() {
        try (Ema.Swapped averaged = learner.averaged()) {
            return new Measurement(task.evaluate(), task.sheet());
        }
    }

    /**
     * Does what is done with files and changes nothing if it fails. An interrupt closes a file that is being read or written,
     * here or in the task; then it is done again, since a session that was interrupted ends with a checkpoint.
     */
    private <T> T throughInterrupts(Supplier<T> work) {
        takeInterrupt();
        try {
            return work.get();
        } catch (RuntimeException e) {
            if (!takeInterrupt()) {
                throw e;
            }
            return throughInterrupts(work);
        } finally {
            takeInterrupt();
        }
    }

    /** Clears the thread's flag, which is given back at the end; whether it was set. */
    private boolean takeInterrupt() {
        boolean set = Thread.interrupted();
        interrupted |= set;
        return set;
    }

    private boolean cancelled() {
        takeInterrupt();
        return interrupted || listener.cancelled();
    }

    private void checkpoint() {
        log.sync(); // what the checkpoint has behind it must not be missing from the logs
        throughInterrupts(() -> {
            folder.checkpoint(learner.state(), progress, plan);
            return progress;
        });
        pace.checkpointed();
        listener.checkpointed(folder.last(), progress.iteration());
    }

    private void tidy() {
        try {
            folder.tidy(progress, plan);
        } catch (IOException e) {
            throw new TrainingException(folder.path() + ": the checkpoints cannot be tidied: " + Reason.of(e), e);
        }
    }

    /** Exports the weights of the best evaluation whose checkpoint was kept, else the last ones. */
    private TrainingResult finish() {
        ExportedCheckpoint chosen = ExportedCheckpoint.of(folder, progress, Trainer.Checkpoint.BEST);
        if (!chosen.file().equals(folder.last())) {
            Snapshots.read(chosen.file(), learner.state());
        } else if (!progress.best().isEmpty() && plan.best() > 0) {
            listener.warned(folder.best(progress.best().get(0).iteration())
                    + ": is gone; the last weights are exported instead of the best.");
        }
        List<Path> files;
        try {
            learner.averaged(); // for good: nothing learns on
            files = task.export(
                    folder.path(), ExportNotes.of(task.title(), about, progress.iteration(), chosen.shown()));
        } catch (IOException e) {
            throw new TrainingException(
                    folder.path() + ": what was trained cannot be written: " + Reason.of(e)
                            + ". The checkpoints are safe; make room or give permission, then resume to write it.",
                    e);
        }
        return result(progress.stopped() ? TrainingResult.End.EARLY : TrainingResult.End.COMPLETE, files);
    }

    private TrainingResult result(TrainingResult.End end, List<Path> files) {
        Progress.Kept best = progress.best().isEmpty() ? null : progress.best().get(0);
        Progress.Kept latest = progress.latest();
        return new TrainingResult(
                folder.path(),
                end,
                progress.iteration(),
                best == null ? 0 : best.iteration(),
                Optional.ofNullable(best).map(Progress.Kept::scores),
                Optional.ofNullable(latest).map(Progress.Kept::scores),
                Optional.ofNullable(losses),
                files,
                Duration.ofMillis((long) (1000 * pace.seconds())),
                Math.max(pace.peakBytes(), Engine.residentBytes()),
                pace.imagesPerSecond());
    }

    @Override
    public void close() {
        learner.close();
    }
}
