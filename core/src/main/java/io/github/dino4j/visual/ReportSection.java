package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One card of a {@link HtmlReport}, such as one photo. Parts appear in the order in which they are added. */
public final class ReportSection {
    private static final int LARGE = 1000;
    private static final int SMALL = 480;

    private final String title;
    private final String detail;
    private final StringBuilder body = new StringBuilder();
    private final List<Figure> figures = new ArrayList<>();
    private final StringBuilder facts = new StringBuilder();
    private @Nullable RgbImage first;

    ReportSection(String title, String detail) {
        this.title = title;
        this.detail = detail;
    }

    /** Adds a large picture; those added one after the other stand side by side where there is room. */
    public ReportSection figure(Figure figure) {
        flushFacts();
        figures.add(figure);
        if (first == null) {
            first = figure.picture();
        }
        return this;
    }

    /** Adds a titled row of small pictures, such as the heads of a block. */
    public ReportSection row(String heading, String note, List<Figure> row) {
        flush();
        body.append("<div class=\"row\"><h3>").append(Html.escape(heading)).append("</h3>\n");
        if (!note.isBlank()) {
            body.append("<p>").append(Html.escape(note)).append("</p>\n");
        }
        appendGrid(row, SMALL);
        body.append("</div>\n");
        return this;
    }

    /** Adds a table of names and values, in the map's order. */
    public ReportSection table(String heading, Map<String, String> rows) {
        flushFigures();
        facts.append("<div><h3>").append(Html.escape(heading)).append("</h3>\n<table>\n");
        rows.forEach((name, value) -> facts.append("<tr><th scope=\"row\">")
                .append(Html.escape(name))
                .append("</th><td>")
                .append(Html.escape(value))
                .append("</td></tr>\n"));
        facts.append("</table></div>\n");
        return this;
    }

    /**
     * Adds a table of several columns.
     *
     * @param columns their headings
     * @param rows heading to cells, as many as columns
     */
    public ReportSection matrix(String heading, List<String> columns, Map<String, List<String>> rows) {
        flushFigures();
        flushFacts();
        body.append("<div class=\"row matrix\">");
        if (!heading.isBlank()) {
            body.append("<h3>").append(Html.escape(heading)).append("</h3>\n");
        }
        body.append("<table>\n<tr><th></th>");
        columns.forEach(column ->
                body.append("<th scope=\"col\">").append(Html.escape(column)).append("</th>"));
        body.append("</tr>\n");
        rows.forEach((name, cells) -> {
            body.append("<tr><th scope=\"row\">").append(Html.escape(name)).append("</th>");
            cells.forEach(cell -> body.append("<td>").append(Html.escape(cell)).append("</td>"));
            body.append("</tr>\n");
        });
        body.append("</table></div>\n");
        return this;
    }

    /** Adds a vector: all its values as a strip of colours, the first {@code shown} as numbers. */
    public ReportSection numbers(String heading, float[] values, int shown) {
        flushFigures();
        StringBuilder numbers = new StringBuilder();
        for (int i = 0; i < Math.min(shown, values.length); i++) {
            numbers.append(i == 0 ? "" : " &#8194;").append(String.format(Locale.ROOT, "%.3f", values[i]));
        }
        if (values.length > shown) {
            numbers.append(" &#8194;… ").append(values.length).append(" values");
        }
        facts.append("<div><h3>").append(Html.escape(heading)).append("</h3>\n");
        if (values.length > 0) {
            facts.append("<img class=\"barcode\" alt=\"all values as colours, blue negative, red positive\" src=\"")
                    .append(Html.dataUri(strip(values)))
                    .append("\">\n");
        }
        facts.append("<p class=\"numbers\">").append(numbers).append("</p></div>\n");
        return this;
    }

    /** Adds an SVG document, such as {@link FlowChart#svg}; shown as a picture, so nothing in it can run. */
    public ReportSection chart(String svg, String caption) {
        flush();
        body.append("<figure class=\"chart\"><img alt=\"")
                .append(Html.escape(caption))
                .append("\" src=\"data:image/svg+xml;base64,")
                .append(Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8)))
                .append("\">");
        if (!caption.isBlank()) {
            body.append("<figcaption>").append(Html.escape(caption)).append("</figcaption>");
        }
        body.append("</figure>\n");
        return this;
    }

    /** Adds a paragraph. */
    public ReportSection text(String paragraph) {
        flush();
        body.append("<p class=\"text\">").append(Html.escape(paragraph)).append("</p>\n");
        return this;
    }

    String title() {
        return title;
    }

    /** The picture that stands for the section in the list of contents. */
    @Nullable
    RgbImage first() {
        return first;
    }

    String html(String id) {
        flush();
        return "<section id=\"" + id + "\">\n<header><h2>" + Html.escape(title) + "</h2>"
                + (detail.isBlank() ? "" : "<p>" + Html.escape(detail) + "</p>") + "</header>\n" + body
                + "</section>\n";
    }

    private void flush() {
        flushFigures();
        flushFacts();
    }

    private void flushFigures() {
        if (!figures.isEmpty()) {
            appendGrid(figures, LARGE);
            figures.clear();
        }
    }

    private void flushFacts() {
        if (facts.length() > 0) {
            body.append("<div class=\"facts\">\n").append(facts).append("</div>\n");
            facts.setLength(0);
        }
    }

    private void appendGrid(List<Figure> row, int longestSide) {
        if (row.isEmpty()) {
            return;
        }
        RgbImage lead = row.get(0).picture();
        String aspect = lead.width() + "/" + lead.height();
        body.append("<div class=\"figures\">\n");
        for (Figure figure : row) {
            body.append(figure.html(aspect, longestSide));
        }
        body.append("</div>\n");
    }

    /** One pixel a value, the ends of the scale at two and a half standard deviations. */
    private static RgbImage strip(float[] values) {
        double square = 0;
        for (float value : values) {
            square += (double) value * value;
        }
        double end = 2.5 * Math.sqrt(square / values.length);
        byte[] rgb = new byte[3 * values.length];
        for (int i = 0; i < values.length; i++) {
            Canvas.put(rgb, 3 * i, ColourMap.DIVERGING.rgb(end > 0 ? 0.5 + values[i] / end / 2 : 0.5));
        }
        return RgbImage.of(values.length, 1, rgb);
    }
}
