package io.github.dino4j.cli;

import io.github.dino4j.train.TrainingListener;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/** A run on stderr: a bar with loss, learning rate and images/s, a line for each evaluation. Ctrl-C ends it with a checkpoint. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    private static final long PATIENCE_MS = 120_000;

    private final Console console;
    private final Progress bar;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Thread hook = new Thread(this::interrupt, "save before the end");

    TrainingProgress(Console console) {
        this.console = console;
        this.bar = new Progress(console, "updates");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Runs when the process is asked to end: waits until the run has saved itself. */
    private void interrupt() {
        cancelled.set(true);
        long until = System.currentTimeMillis() + PATIENCE_MS;
        while (!ended.get() && System.currentTimeMillis() < until) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void started(Start start) {
        console.note(start.title());
        console.note(start.examples() + " examples, " + start.iterations() + " updates, " + start.perEpoch()
                + " an epoch; folder " + start.folder());
        bar.begins(Math.toIntExact(start.iterations()), Math.toIntExact(start.done()));
    }

    @Override
    public void updated(Updated update) {
        bar.step(String.format(
                Locale.ROOT,
                " epoch %d loss %.4f rate %.2g %.1f images/s",
                update.epoch() + 1,
                update.losses().total(),
                update.rate(),
                update.imagesPerSecond()));
    }

    @Override
    public void evaluated(Measured measured) {
        console.note(String.format(
                Locale.ROOT,
                "%n%d updates: %s%s",
                measured.done(),
                TrainingRun.values(measured.scores()),
                measured.best() ? " (best)" : ""));
    }

    @Override
    public void warned(String message) {
        console.note("note: " + message);
    }

    @Override
    public boolean cancelled() {
        return cancelled.get();
    }

    @Override
    public void close() {
        bar.close();
        ended.set(true);
        if (!cancelled.get()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
