package io.github.dino4j.cli;

import io.github.dino4j.export.FeatureJob;
import io.github.dino4j.export.StreamChoice;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with rate and time left on stderr: redrawn on a terminal, a plain line now and then elsewhere. */
final class Progress implements FeatureJob.Listener, AutoCloseable {
    private final Console console;
    private final String what;
    private @Nullable ProgressBar bar;

    /** Over images. */
    Progress(Console console) {
        this(console, "images");
    }

    /** Over something else. */
    Progress(Console console, String what) {
        this.console = console;
        this.what = what;
    }

    @Override
    public void begins(int images, int done) {
        if (done > 0) {
            console.note("going on: " + done + " of " + images + " " + what + " are done already");
        }
        if (!console.quiet()) {
            ProgressBarBuilder builder = ProgressBar.builder()
                    .setTaskName(what)
                    .setInitialMax(images)
                    .startsFrom(done, Duration.ZERO)
                    .setUnit("", 1)
                    .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                    .setStyle(ProgressBarStyle.ASCII)
                    .setSpeedUnit(java.time.temporal.ChronoUnit.SECONDS);
            bar = (isTerminal()
                            ? builder.setUpdateIntervalMillis(200)
                                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                            : builder.setUpdateIntervalMillis(10_000)
                                    .setConsumer(new DelegatingProgressBarConsumer(
                                            line -> console.err().println(line), 100)))
                    .build();
        }
    }

    @Override
    public void streams(StreamChoice choice) {
        if (bar != null) {
            bar.setExtraMessage(choice.toString());
        }
    }

    @Override
    public void encoded(Path image, int rows, int columns) {
        step();
    }

    @Override
    public void failed(FeatureJob.Failure failure) {
        step();
    }

    void step() {
        if (bar != null) {
            bar.step();
        }
    }

    /** One more is done, and something to say beside the bar. */
    void step(String message) {
        if (bar != null) {
            bar.setExtraMessage(message);
            bar.step();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    /** The wrapper script knows whether stderr is a terminal; newer Java always says that there is a console. */
    private static boolean isTerminal() {
        return Boolean.getBoolean("dino4j.terminal");
    }
}
