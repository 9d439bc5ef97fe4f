package io.github.dino4j.compare;

import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.predict.Features;
import io.github.dino4j.visual.AttentionPictures;
import io.github.dino4j.visual.Figure;
import io.github.dino4j.visual.FlowChart;
import io.github.dino4j.visual.HeatMap;
import io.github.dino4j.visual.HtmlReport;
import io.github.dino4j.visual.PcaOptions;
import io.github.dino4j.visual.PcaPainter;
import io.github.dino4j.visual.ReportSection;
import io.github.dino4j.visual.Similarity;
import io.github.dino4j.visual.TokenNorms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A comparison as one self-contained page, in a language. */
public final class ComparisonPage {
    private static final List<String> STRUCTURE = List.of(
            "structure.patch",
            "structure.position",
            "structure.extra",
            "structure.block",
            "structure.norm",
            "structure.ffn",
            "structure.width",
            "structure.output",
            "structure.parameters");
    private static final List<String> METHOD = List.of(
            "method.idea",
            "method.architecture",
            "method.objective",
            "method.centering",
            "method.regularisers",
            "method.teacher",
            "method.data",
            "method.models",
            "method.strengths",
            "method.engineering",
            "method.use");
    private static final List<String> ARTICLE =
            List.of("patch", "position", "extra", "block", "norm", "output", "parameters", "highlights");

    private final Comparison comparison;
    private final Words words;

    public ComparisonPage(Comparison comparison, Words words) {
        this.comparison = comparison;
        this.words = words;
    }

    /** The page. */
    public HtmlReport report() {
        HtmlReport report =
                new HtmlReport(words.of("title")).language(words.language()).intro(words.of("intro", names().size()));
        comparison.contenders().stream()
                .filter(c -> !c.knows())
                .forEach(c -> report.notice(words.of("notice.random", c.name())));
        structure(report);
        versions(report);
        methods(report);
        flows(report);
        costs(report);
        for (int photo = 0; photo < comparison.photos().size(); photo++) {
            photo(report, photo);
        }
        robustness(report);
        scores(report);
        report.footer(words.of("footer", Cost.circumstances()));
        return report;
    }

    private List<String> names() {
        return comparison.contenders().stream().map(Contender::name).toList();
    }

    private void structure(HtmlReport report) {
        List<Map<String, String>> columns = comparison.contenders().stream()
                .map(c -> Structure.of(c.config(), words))
                .toList();
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String key : STRUCTURE) {
            rows.put(
                    words.of(key),
                    columns.stream().map(c -> c.getOrDefault(key, "–")).toList());
        }
        report.section(words.of("structure"), words.of("structure.detail")).matrix("", names(), rows);
    }

    /** The three versions as published write-ups compare them, with corrections. */
    private void versions(HtmlReport report) {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String row : ARTICLE) {
            rows.put(words.of("article." + row), versions("article." + row));
        }
        report.section(words.of("article"), words.of("article.detail"))
                .matrix("", List.of("DINO", "DINOv2", "DINOv3"), rows);
    }

    private void methods(HtmlReport report) {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String key : METHOD) {
            rows.put(words.of(key), versions(key));
        }
        ReportSection section = report.section(words.of("method"), words.of("method.detail"))
                .matrix("", List.of("DINO", "DINOv2", "DINOv3"), rows);
        Map<String, String> own = new LinkedHashMap<>();
        comparison.contenders().forEach(c -> own.put(c.name(), c.model().card().source()));
        section.table(words.of("method.own"), own);
    }

    private List<String> versions(String key) {
        return List.of(words.of(key + ".v1"), words.of(key + ".v2"), words.of(key + ".v3"));
    }

    private void flows(HtmlReport report) {
        ReportSection section = report.section(words.of("flow"), words.of("flow.detail"));
        for (int i = 0; i < comparison.contenders().size(); i++) {
            Contender one = comparison.contenders().get(i);
            Cost cost = comparison.costs().get(i);
            section.chart(
                    FlowChart.svg(TensorFlow.of(one.config(), 1, cost.height(), cost.width()), one.name()), one.name());
        }
    }

    private void costs(HtmlReport report) {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        comparison.costTable().forEach((key, values) -> rows.put(words.of(key), values));
        report.section(words.of("cost"), words.of("cost.detail", Cost.circumstances()))
                .matrix("", names(), rows);
    }

    private void photo(HtmlReport report, int index) {
        RgbImage photo = comparison.photos().get(index);
        ReportSection section = report.section(comparison.names().get(index), words.of("photo.detail"));
        List<Figure> colours = new ArrayList<>();
        List<Figure> likeness = new ArrayList<>();
        List<Figure> attention = new ArrayList<>();
        List<Figure> norms = new ArrayList<>();
        colours.add(Figure.of(photo, words.of("photo")));
        for (int i = 0; i < comparison.contenders().size(); i++) {
            Contender one = comparison.contenders().get(i);
            Features features = comparison.features().get(i).get(index);
            PcaPainter painter = PcaPainter.fit(comparison.features().get(i), PcaOptions.WHOLE);
            colours.add(Figure.of(painter.paint(features).overlay(photo, 1), one.name()));
            Similarity similarity = Similarity.at(features, photo.width() / 2.0, photo.height() / 2.0, features);
            likeness.add(Figure.of(similarity.overlay(photo), one.name()).withScale(similarity.heatMap()));
            attention(one, photo).ifPresent(attention::add);
            HeatMap heat = TokenNorms.heatMap(features);
            norms.add(Figure.of(
                            heat.overlay(photo, 0.9),
                            one.name(),
                            words.of("norms.count", TokenNorms.artefacts(TokenNorms.of(features))))
                    .withScale(heat));
        }
        section.row(words.of("pca"), words.of("pca.note"), colours);
        section.row(words.of("similarity"), words.of("similarity.note"), likeness);
        if (!attention.isEmpty()) {
            section.row(words.of("attention"), words.of("attention.note"), attention);
        }
        section.row(words.of("norms"), words.of("norms.note"), norms);
    }

    /** Mean over heads; convolutional backbones have none. */
    private static Optional<Figure> attention(Contender one, RgbImage photo) {
        try {
            AttentionMap map = one.attention(photo);
            HeatMap heat = new AttentionPictures(map, one.prepare(photo).geometry()).mean();
            return Optional.of(Figure.of(heat.overlay(photo, 0.8), one.name()).withScale(heat));
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private void robustness(HtmlReport report) {
        ReportSection section = report.section(words.of("robust"), words.of("robust.detail"));
        for (Corruption corruption : Corruption.values()) {
            Map<String, List<String>> rows = new LinkedHashMap<>();
            for (int i = 0; i < comparison.contenders().size(); i++) {
                List<String> cells = new ArrayList<>();
                for (double value : comparison.robustness().get(i).cosines().getOrDefault(corruption, new double[0])) {
                    cells.add("%.3f".formatted(value));
                }
                rows.put(comparison.contenders().get(i).name(), cells);
            }
            String key = "robust." + corruption.name().toLowerCase(java.util.Locale.ROOT);
            section.matrix(words.of(key), List.of("1", "2", "3", "4", "5"), rows);
        }
        List<Figure> shown = new ArrayList<>();
        for (Corruption corruption : Corruption.values()) {
            String key = "robust." + corruption.name().toLowerCase(java.util.Locale.ROOT);
            shown.add(Figure.of(corruption.apply(comparison.photos().get(0), 3, 0), words.of(key)));
        }
        section.row(words.of("robust.shown"), "", shown);
    }

    private void scores(HtmlReport report) {
        for (Scoreboard board : comparison.scores()) {
            ReportSection section = report.section(board.title(), words.of("scores.detail"));
            section.table("", board.table());
            Map<String, String> protocol = new LinkedHashMap<>();
            board.protocol().forEach((key, value) -> protocol.put(key, String.valueOf(value)));
            section.table(words.of("scores.protocol"), protocol);
        }
    }
}
