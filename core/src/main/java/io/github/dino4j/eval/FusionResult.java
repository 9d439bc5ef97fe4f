package io.github.dino4j.eval;

import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.Times;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.segment.PyramidSegmenter.Config.Fusion;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.visual.BarChart;
import io.github.dino4j.visual.FlowChart;
import io.github.dino4j.visual.Montage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What a {@link FusionComparison} found. Times and multiply-adds are of the whole batch.
 *
 * @param threads of the engine
 * @param backbone its title
 * @param weights where those of the backbone come from
 * @param quality mIoU and its kin, where trained heads and data were given
 */
public record FusionResult(
        Machine machine,
        int threads,
        String backbone,
        String weights,
        int classes,
        FusionPlan plan,
        List<Row> rows,
        Map<Fusion, SegmentationResult> quality) {
    private static final List<String> HEADING = List.of(
            "fusion",
            "width",
            "parameters",
            "with adapter, decoder",
            "FLOPs",
            "whole FLOPs",
            "ms",
            "median",
            "whole ms",
            "median",
            "peak MB",
            "mIoU %");

    public FusionResult {
        rows = List.copyOf(rows);
        quality = Map.copyOf(quality);
    }

    /**
     * One way.
     *
     * @param width of the fused maps
     * @param weights where the segmenter's come from
     * @param fusionTimes of the fusion alone, on maps that the adapter made
     * @param wholeTimes from pixels to scores in the size of the image
     * @param memory the most bytes that the fusion takes beyond its weights and the maps it reads, in a process of its
     *     own; empty where that was not measured
     */
    public record Row(
            Fusion fusion,
            int width,
            String weights,
            FusionCounts counts,
            Times fusionTimes,
            Times wholeTimes,
            OptionalLong memory) {}

    /** The same with what {@link FusionComparison#evaluate} measured. */
    public FusionResult withQuality(Map<Fusion, SegmentationResult> measured) {
        return new FusionResult(machine, threads, backbone, weights, classes, plan, rows, measured);
    }

    /** The same under another title of the backbone, such as the name of the model whose shape it has. */
    public FusionResult withBackbone(String title) {
        return new FusionResult(machine, threads, title, weights, classes, plan, rows, quality);
    }

    /** Of what and how, in a line. */
    public String title() {
        return String.format(
                Locale.ROOT, "%s, %s pixels, batch %d, %d classes", backbone, plan.size(), plan.batch(), classes);
    }

    /** Where each part's weights come from. */
    public String origin() {
        List<String> texts = new ArrayList<>(List.of("backbone " + weights));
        rows.forEach(row -> texts.add(row.fusion().label() + " " + row.weights()));
        return texts.stream()
                                .map(text -> text.substring(text.indexOf(' ') + 1))
                                .distinct()
                                .count()
                        == 1
                ? "all weights " + weights
                : "weights: " + String.join("; ", texts);
    }

    /** The table as text, a row of headings first. */
    public List<List<String>> cells() {
        List<List<String>> table = new ArrayList<>(List.of(HEADING));
        for (Row row : rows) {
            FusionCounts counts = row.counts();
            SegmentationResult measured = quality.get(row.fusion());
            table.add(List.of(
                    row.fusion().label(),
                    Integer.toString(row.width()),
                    number("%,d", counts.fusionParameters()),
                    number("%,d", counts.segmenterParameters()),
                    FlowChart.scaled(counts.fusionFlops()),
                    FlowChart.scaled(counts.wholeFlops()),
                    number("%.2f", 1e3 * row.fusionTimes().min()),
                    number("%.2f", 1e3 * row.fusionTimes().median()),
                    number("%.2f", 1e3 * row.wholeTimes().min()),
                    number("%.2f", 1e3 * row.wholeTimes().median()),
                    row.memory().isPresent() ? number("%.0f", row.memory().getAsLong() / 1e6) : "-",
                    measured == null
                            ? "-"
                            : number("%.2f", 100 * measured.metrics().meanIou())));
        }
        return table;
    }

    /** Everything, unrounded, for JSON. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("backbone", backbone);
        map.put("weights", weights);
        map.put("machine", machine.toMap());
        map.put("threads", threads);
        map.put("height", plan.size().height());
        map.put("width", plan.size().width());
        map.put("batch", plan.batch());
        map.put("classes", classes);
        map.put("rounds", plan.rounds());
        map.put("fusions", rows.stream().map(this::toMap).toList());
        return map;
    }

    private Map<String, Object> toMap(Row row) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("fusion", row.fusion().label());
        map.put("weights", row.weights());
        map.put("fusedWidth", row.width());
        map.put("fusionParameters", row.counts().fusionParameters());
        map.put("segmenterParameters", row.counts().segmenterParameters());
        map.put("fusionMacs", row.counts().fusionMacs());
        map.put("fusionFlops", row.counts().fusionFlops());
        map.put("wholeMacs", row.counts().wholeMacs());
        map.put("wholeFlops", row.counts().wholeFlops());
        map.put("fusionMillisMin", 1e3 * row.fusionTimes().min());
        map.put("fusionMillisMedian", 1e3 * row.fusionTimes().median());
        map.put("wholeMillisMin", 1e3 * row.wholeTimes().min());
        map.put("wholeMillisMedian", 1e3 * row.wholeTimes().median());
        row.memory().ifPresent(bytes -> map.put("fusionPeakBytes", bytes));
        SegmentationResult measured = quality.get(row.fusion());
        if (measured != null) {
            map.put("meanIou", measured.metrics().meanIou());
            map.put("evaluation", measured.toJson());
        }
        return map;
    }

    /** A panel for each quantity. */
    public BarChart chart() {
        List<BarChart.Panel> panels = new ArrayList<>();
        panels.add(new BarChart.Panel(
                "Parameters",
                "trained values; the segmenter is adapter, fusion and decoder",
                bars(Map.of(
                        "fusion", row -> count(row.counts().fusionParameters(), ""),
                        "segmenter", row -> count(row.counts().segmenterParameters(), "")))));
        panels.add(new BarChart.Panel(
                "Arithmetic",
                "floating-point operations of a pass; the whole has the backbone in it",
                bars(Map.of(
                        "fusion", row -> count(row.counts().fusionFlops(), "FLOPs"),
                        "whole", row -> count(row.counts().wholeFlops(), "FLOPs")))));
        panels.add(new BarChart.Panel(
                "Time of a pass",
                "shortest of " + plan.rounds() + " rounds; the line across is the median",
                bars(Map.of("fusion", row -> time(row.fusionTimes()), "whole", row -> time(row.wholeTimes())))));
        panels.add(new BarChart.Panel(
                "Peak memory of the fusion",
                "beyond its weights and the maps it reads, in a process of its own",
                bars(Map.of("fusion", FusionResult::memory))));
        if (!quality.isEmpty()) {
            Evaluated data = quality.values().iterator().next().data();
            panels.add(new BarChart.Panel(
                    "Mean IoU", data.name() + ", " + data.images() + " images", bars(Map.of("mIoU", this::meanIou))));
        }
        return new BarChart(
                "Two ways to fuse scales: " + title(),
                origin() + "; " + threads + (threads == 1 ? " thread, " : " threads, ") + machine,
                rows.stream()
                        .map(row -> row.fusion().label() + ", width " + row.width())
                        .toList(),
                panels);
    }

    /** The chart, and below it what both segmenters see in a photo, side by side. */
    public RgbImage picture(RgbImage photo, Map<Fusion, SegmentMap> maps) {
        return Montage.stacked(
                chart().render(),
                FusionOverlays.of(
                        photo,
                        rows.stream()
                                .map(row -> row.fusion().label() + ": " + row.weights())
                                .toList(),
                        rows.stream()
                                .map(row -> Objects.requireNonNull(maps.get(row.fusion())))
                                .toList()));
    }

    private record Length(double value, double mark, String text) {}

    private List<BarChart.Bar> bars(Map<String, Function<Row, Length>> groups) {
        List<BarChart.Bar> bars = new ArrayList<>();
        groups.keySet().stream().sorted().forEach(label -> {
            for (int i = 0; i < rows.size(); i++) {
                Length length = Objects.requireNonNull(groups.get(label)).apply(rows.get(i));
                if (Double.isNaN(length.value())) {
                    bars.add(BarChart.Bar.missing(label, i, length.text()));
                } else {
                    BarChart.Bar bar = BarChart.Bar.of(label, i, length.value(), length.text());
                    bars.add(Double.isNaN(length.mark()) ? bar : bar.withMark(length.mark()));
                }
            }
        });
        return bars;
    }

    private static Length count(long value, String unit) {
        String text = FlowChart.scaled(value);
        return new Length(value, Double.NaN, unit.isEmpty() ? text : text + (text.contains(" ") ? "" : " ") + unit);
    }

    private static Length time(Times times) {
        return new Length(times.min(), times.median(), number("%.1f ms", 1e3 * times.min()));
    }

    private static Length memory(Row row) {
        return row.memory().isPresent()
                ? new Length(
                        row.memory().getAsLong(),
                        Double.NaN,
                        number("%.0f MB", row.memory().getAsLong() / 1e6))
                : new Length(Double.NaN, Double.NaN, "not measured");
    }

    private Length meanIou(Row row) {
        SegmentationResult measured = quality.get(row.fusion());
        double value = measured == null ? Double.NaN : measured.metrics().meanIou();
        return Double.isNaN(value)
                ? new Length(Double.NaN, Double.NaN, "no class occurs")
                : new Length(value, Double.NaN, number("%.2f %%", 100 * value));
    }

    private static String number(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }
}
