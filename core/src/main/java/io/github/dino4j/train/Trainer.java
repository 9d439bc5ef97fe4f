package io.github.dino4j.train;

import io.github.dino4j.export.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Trains a task by a plan in a folder. Everything that a run is lies in that folder, so a run may be killed at any moment
 * and resumed: it then goes through the same updates with the same numbers as if nothing had happened.
 *
 * <pre>{@code
 * TrainingResult result = Trainer.of(task, plan).about(Map.of("command", line)).run(Path.of("run"), listener);
 * }</pre>
 *
 * <p>The calling thread trains; examples are made by the plan's own threads. The task stays the caller's.
 *
 * @param <E> an example
 */
public final class Trainer<E> {
    private final TrainingTask<E> task;
    private final TrainingPlan plan;
    private final Map<String, String> about;
    private final Ranks ranks;

    private Trainer(TrainingTask<E> task, TrainingPlan plan, Map<String, String> about, Ranks ranks) {
        this.task = task;
        this.plan = plan;
        this.about = about;
        this.ranks = ranks;
    }

    public static <E> Trainer<E> of(TrainingTask<E> task, TrainingPlan plan) {
        return new Trainer<>(task, plan, Map.of(), Ranks.ONE);
    }

    /** The same with texts that {@code run.json} and the exported files shall carry: the command, the recipe. */
    public Trainer<E> about(Map<String, String> texts) {
        return new Trainer<>(task, plan, Map.copyOf(texts), ranks);
    }

    /**
     * The same among other processes, each of which has the same task and plan: every batch is shared out, gradients are
     * added up, so that the plan's batch size is that of all together. Rank 0 alone reads and writes the folder and measures;
     * a run may be resumed by another number of processes.
     *
     * @throws IllegalArgumentException if a batch has fewer examples than there are processes
     */
    public Trainer<E> among(Ranks others) {
        int rest = task.examples().size() % plan.examplesPerStep() % plan.batchSize();
        int least = plan.dropLast() || rest == 0 ? plan.batchSize() : rest;
        if (least < others.size()) {
            throw new IllegalArgumentException("a batch of " + least + " examples cannot be shared out among "
                    + others.size() + " processes; take larger batches"
                    + (least == rest ? " or drop the last one of an epoch" : ", or fewer processes"));
        }
        return new Trainer<>(task, plan, about, others);
    }

    /**
     * Starts a run. In the end the task has the weights of the best evaluation and has exported them into the folder.
     *
     * <p>An interrupt of the thread ends the session as {@link TrainingListener#cancelled} does; the flag stays set.
     *
     * @param folder is made if it is missing
     * @throws TrainingException if the folder holds a run or cannot be written, an example cannot be made, or loss or
     *     gradients are not finite; the last checkpoint then is from before
     */
    public TrainingResult run(Path folder, TrainingListener listener) {
        return session(folder, listener, false);
    }

    /**
     * Goes on with a run from its last checkpoint. What the logs say of later updates is cut off, they are done again. A
     * run that had ended exports once more.
     *
     * @throws TrainingException as {@link #run}, and if the folder is of another task or plan, naming what differs
     */
    public TrainingResult resume(Path folder, TrainingListener listener) {
        return session(folder, listener, true);
    }

    /** Which of a run's checkpoints. */
    public enum Checkpoint {
        /** The one with the best evaluation; the last where none was kept. */
        BEST,
        LAST
    }

    /**
     * Writes what a run has made so far; the run's folder stays as it is, and the run can be resumed. The task then has these
     * weights.
     *
     * @param folder of the run
     * @param to where the files appear; is made if it is missing
     * @return the files
     * @throws TrainingException if the folder holds no run, or one of another task or plan; or nothing can be written
     */
    public List<Path> export(Path folder, Path to, Checkpoint which) {
        ExampleOrder order = new ExampleOrder(task.examples().size(), plan);
        RunDescription description = RunDescription.of(task, plan, plan.length().updates(order.perEpoch()));
        RunFolder files = RunFolder.existing(folder, description);
        Progress progress = files.progress();
        ExportedCheckpoint chosen = ExportedCheckpoint.of(files, progress, which);
        try (Learner<E> learner = new Learner<>(task, plan, Ranks.ONE)) {
            Snapshots.read(chosen.file(), learner.state());
            learner.averaged(); // for good: nothing learns on
            return task.export(to, ExportNotes.of(task.title(), about, progress.iteration(), chosen.shown()));
        } catch (IOException e) {
            throw new TrainingException(
                    to + ": cannot be written: " + Reason.of(e) + ". Choose a folder that can, with room.", e);
        }
    }

    private TrainingResult session(Path folder, TrainingListener listener, boolean resume) {
        ExampleOrder order = new ExampleOrder(task.examples().size(), plan);
        long iterations = plan.length().updates(order.perEpoch());
        if (ranks.rank() > 0) {
            try (Follower<E> follower = new Follower<>(task, plan, order, iterations, listener, ranks)) {
                return follower.train(folder);
            }
        }
        RunDescription description = RunDescription.of(task, plan, iterations);
        RunFolder files = resume ? RunFolder.existing(folder, description) : RunFolder.create(folder, description);
        try (MetricsLog log = files.log();
                Session<E> session = new Session<>(task, plan, about, files, log, order, iterations, listener, ranks)) {
            return session.train(resume);
        }
    }
}
