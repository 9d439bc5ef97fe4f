package io.github.dino4j.cli;

import io.github.dino4j.data.BadFile;
import io.github.dino4j.data.CheckListener;
import io.github.dino4j.data.DataReport;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.recipe.Assembly;
import io.github.dino4j.train.Ranks;
import io.github.dino4j.train.Scores;
import io.github.dino4j.train.TrainingListener;
import io.github.dino4j.train.TrainingResult;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A training run on the command line: the check of its data, a bar while it learns, what came out of it. */
final class TrainingRun {
    private final Console console;
    private final Assembly run;
    private final Path folder;
    private final boolean json;

    TrainingRun(Console console, Assembly run, Path folder, boolean json) {
        this.console = console;
        this.run = run;
        this.folder = folder;
        this.json = json;
    }

    /** Reads every file of both sets; throws if one cannot be used, with the findings of both. */
    void check() {
        console.note("checking every file of " + run.split().training().name() + " and "
                + run.split().validation().name());
        List<DataReport> reports = run.check(2, CheckListener.NONE);
        List<DataReport> failed =
                reports.stream().filter(report -> !report.passed()).toList();
        if (failed.size() == 1) {
            failed.get(0).require();
        } else if (!failed.isEmpty()) {
            List<BadFile> bad =
                    failed.stream().flatMap(report -> report.bad().stream()).toList();
            String sets = failed.stream().map(DataReport::set).collect(Collectors.joining(" and "));
            throw new DataSetException(
                    sets + ": " + bad.size()
                            + " findings, nothing was begun. Repair the files, or take them out of the sets:",
                    bad);
        }
        for (DataReport report : reports) {
            console.note(report.table().stripTrailing());
            if (!report.missingClasses().isEmpty()) {
                console.note(
                        "note: no photo of " + report.set() + " shows " + String.join(", ", report.missingClasses()));
            }
        }
    }

    int train(Ranks ranks) {
        return finish(listener -> run.train(folder, ranks, listener));
    }

    int resume(Ranks ranks) {
        return finish(listener -> run.resume(folder, ranks, listener));
    }

    private int finish(Function<TrainingListener, TrainingResult> work) {
        TrainingResult result;
        try (TrainingProgress progress = new TrainingProgress(console)) {
            result = work.apply(progress);
        }
        if (json) {
            console.json(json(result));
        } else {
            result.best()
                    .ifPresent(scores -> console.out()
                            .println("best after " + result.bestIteration() + " updates: " + values(scores)));
            result.files().forEach(file -> console.out().println(file));
            console.note(String.format(
                    Locale.ROOT,
                    "%d updates in %d s, %.1f images/s, %.1f GB of memory at most; see %s",
                    result.iterations(),
                    result.time().toSeconds(),
                    result.imagesPerSecond(),
                    result.peakBytes() / 1e9,
                    folder.resolve("report.html")));
        }
        if (result.end() == TrainingResult.End.CANCELLED) {
            console.note("stopped; go on with: dino4j resume " + folder);
            return ExitCode.INTERRUPTED;
        }
        return ExitCode.OK;
    }

    static String values(Scores scores) {
        StringBuilder text = new StringBuilder();
        scores.values().entrySet().stream()
                .limit(6)
                .forEach(value -> text.append(text.isEmpty() ? "" : ", ")
                        .append(value.getKey())
                        .append(String.format(Locale.ROOT, " %.4f", value.getValue())));
        return text.toString();
    }

    private Map<String, Object> json(TrainingResult result) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("task", run.title());
        map.put("folder", folder.toString());
        map.put("end", result.end().name().toLowerCase(Locale.ROOT));
        map.put("updates", result.iterations());
        map.put("bestAfter", result.bestIteration());
        result.best().ifPresent(scores -> {
            map.put("best", scores.values());
            map.put("protocol", scores.protocol());
        });
        result.last().ifPresent(scores -> map.put("last", scores.values()));
        map.put("files", result.files().stream().map(Path::toString).toList());
        map.put("seconds", result.time().toMillis() / 1e3);
        map.put("imagesPerSecond", result.imagesPerSecond());
        map.put("peakBytes", result.peakBytes());
        return map;
    }
}
