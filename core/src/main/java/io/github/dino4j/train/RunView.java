package io.github.dino4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.export.Library;
import io.github.dino4j.export.Reason;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.visual.Figure;
import io.github.dino4j.visual.HtmlReport;
import io.github.dino4j.visual.LineChart;
import io.github.dino4j.visual.ReportSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a run shows of itself: {@code curves.png}, {@code sheet.png}, {@code report.html}, and events for TensorBoard. A
 * picture that cannot be written is no reason to stop a run; the listener is told. For the trainer's thread.
 */
final class RunView {
    private static final int SCORES = 6; // panels

    private final RunFolder folder;
    private final TrainingListener listener;
    private final Map<String, Curve> losses = new LinkedHashMap<>();
    private final Map<String, Curve> scores = new LinkedHashMap<>();
    private final Curve rate = new Curve();
    private final Curve norm = new Curve();

    RunView(RunFolder folder, TrainingListener listener) {
        this.folder = folder;
        this.listener = listener;
    }

    /** Takes in a line of the log. */
    void add(JsonNode line) {
        long done = line.path("iteration").asLong();
        if (line.path("kind").asText().equals("step")) {
            curve(losses, "loss").add(done, line.path("loss").asDouble());
            line.path("parts")
                    .properties()
                    .forEach(part -> curve(losses, part.getKey())
                            .add(done, part.getValue().asDouble()));
            rate.add(done, line.path("rate").asDouble());
            norm.add(done, line.path("norm").asDouble());
        } else {
            line.path("scores")
                    .properties()
                    .forEach(score -> curve(scores, score.getKey())
                            .add(done, score.getValue().asDouble(Double.NaN)));
        }
    }

    private static Curve curve(Map<String, Curve> curves, String name) {
        return curves.computeIfAbsent(name, n -> new Curve());
    }

    void events(EventFile events, long done, Learner.Update update) {
        events.scalar("train/loss", update.losses().total(), done);
        update.losses().parts().forEach((name, value) -> events.scalar("train/" + name, value, done));
        events.scalar("train/learning rate", update.settings().rate(), done);
        events.scalar("train/gradient norm", update.norm(), done);
    }

    void events(EventFile events, long done, Scores measured) {
        measured.values().forEach((name, value) -> events.scalar("evaluation/" + name, value, done));
    }

    /** Writes pictures and report anew. */
    void refresh(Progress progress, Optional<RgbImage> sheet, EventFile events) {
        Path file = folder.path().resolve("curves.png");
        try {
            RgbImage curves = chart(progress).render();
            curves.writePng(file);
            if (sheet.isPresent()) {
                file = folder.path().resolve("sheet.png");
                sheet.get().writePng(file);
                events.image(
                        "sheet",
                        Files.readAllBytes(file),
                        sheet.get().width(),
                        sheet.get().height(),
                        progress.iteration());
            }
            file = folder.path().resolve("report.html");
            report(progress, curves, sheet).write(file);
        } catch (IOException e) {
            listener.warned(file + ": cannot be written: " + Reason.of(e) + ". Training goes on.");
        }
    }

    private LineChart chart(Progress progress) {
        List<LineChart.Panel> panels = new ArrayList<>();
        List<LineChart.Series> loss = new ArrayList<>();
        losses.forEach((name, curve) -> loss.add(curve.series(name)));
        if (!loss.isEmpty()) {
            panels.add(panel("Loss", curve(losses, "loss").isWide(), loss));
        }
        String chief =
                progress.latest() == null ? "" : progress.latest().scores().chief();
        scores.entrySet().stream()
                .sorted((a, b) ->
                        Boolean.compare(b.getKey().equals(chief), a.getKey().equals(chief)))
                .limit(SCORES)
                .forEach(entry -> panels.add(
                        panel(entry.getKey(), false, List.of(entry.getValue().series(entry.getKey())))));
        if (!loss.isEmpty()) {
            panels.add(panel("Learning rate", false, List.of(rate.series("learning rate"))));
            panels.add(panel("Norm of the gradients", norm.isWide(), List.of(norm.series("norm"))));
        }
        return new LineChart(folder.settings().getOrDefault("task", ""), place(progress), panels);
    }

    private static LineChart.Panel panel(String title, boolean logarithmic, List<LineChart.Series> series) {
        return new LineChart.Panel(title, "updates", logarithmic, series);
    }

    private static String place(Progress progress) {
        return "after " + progress.iteration() + " updates, "
                + String.format(Locale.ROOT, "%.1f", progress.seconds() / 60) + " minutes";
    }

    private HtmlReport report(Progress progress, RgbImage curves, Optional<RgbImage> sheet) {
        HtmlReport report =
                new HtmlReport(folder.settings().getOrDefault("task", "Training")).intro("Training " + place(progress));
        ReportSection now = report.section("Curves", "").figure(Figure.of(curves, ""));
        if (progress.latest() != null) {
            now.table("Latest scores", texts(progress.latest()));
            now.table("Best scores", texts(progress.best().get(0)));
        }
        sheet.ifPresent(
                picture -> report.section("Examples", "from validation data").figure(Figure.of(picture, "")));
        report.section("Settings", "").table("", folder.settings());
        if (progress.latest() != null) {
            Map<String, String> protocol = new LinkedHashMap<>();
            progress.latest().scores().protocol().forEach((name, value) -> protocol.put(name, String.valueOf(value)));
            report.section("How it was measured", "").table("", protocol);
        }
        return report.footer(Library.title());
    }

    private static Map<String, String> texts(Progress.Kept kept) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("after updates", String.valueOf(kept.iteration()));
        kept.scores().values().forEach((name, value) -> texts.put(name, String.format(Locale.ROOT, "%.4f", value)));
        return texts;
    }
}
