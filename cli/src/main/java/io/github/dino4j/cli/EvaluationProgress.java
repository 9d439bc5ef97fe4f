package io.github.dino4j.cli;

import io.github.dino4j.eval.EvaluationListener;
import java.util.Locale;

/** An evaluation on stderr: the check, then a bar with the metric over the photos so far. */
final class EvaluationProgress implements EvaluationListener, AutoCloseable {
    private final Console console;
    private final Progress bar;
    private final String metric;

    EvaluationProgress(Console console, String metric) {
        this.console = console;
        this.bar = new Progress(console);
        this.metric = metric;
    }

    @Override
    public void checks(int pairs) {
        console.note("checking " + pairs + (pairs == 1 ? " pair" : " pairs") + " of files");
    }

    @Override
    public void begins(int images) {
        bar.begins(images, 0);
    }

    @Override
    public void evaluated(Step step) {
        bar.step(String.format(Locale.ROOT, "%s %.4f", metric, step.running()));
    }

    @Override
    public void close() {
        bar.close();
    }
}
