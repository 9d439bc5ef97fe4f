package io.github.dino4j.cli;

import io.github.dino4j.data.TruthSet;
import io.github.dino4j.eval.EvaluationListener;
import io.github.dino4j.eval.LabelledFeatures;
import io.github.dino4j.eval.PhotoFeatures;
import java.util.Locale;

/** An evaluation on stderr: the check, then a bar with the metric over the photos so far. */
final class EvaluationProgress implements EvaluationListener, AutoCloseable {
    private final Console console;
    private final Progress bar;
    private final String metric;

    /**
     * A bar.
     *
     * @param metric its name; empty for features, which have none yet
     */
    EvaluationProgress(Console console, String metric) {
        this.console = console;
        this.bar = new Progress(console);
        this.metric = metric;
    }

    /** Features of a set, with a bar of its own. */
    static LabelledFeatures read(PhotoFeatures how, TruthSet set, Console console) {
        console.note(
                set.name() + ": " + set.size() + " photos, " + set.classes().size() + " classes");
        try (EvaluationProgress progress = new EvaluationProgress(console, "")) {
            return how.read(set, progress);
        }
    }

    @Override
    public void checks(int pairs) {
        if (!metric.isEmpty()) {
            console.note("checking " + pairs + (pairs == 1 ? " pair" : " pairs") + " of files");
        }
    }

    @Override
    public void begins(int images) {
        bar.begins(images, 0);
    }

    @Override
    public void evaluated(Step step) {
        if (metric.isEmpty()) {
            bar.step();
        } else {
            bar.step(String.format(Locale.ROOT, " %s %.4f", metric, step.running()));
        }
    }

    @Override
    public void close() {
        bar.close();
    }
}
