package io.github.dino4j.visual;

import io.github.dino4j.backbone.TensorFlow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The drawing of a {@link FlowChart}. Widths are computed from the widest common sans-serif (DejaVu Sans, Verdana), since
 * the viewer's font is not known: text may be narrower than its box, never wider.
 */
final class FlowDrawing {
    private static final int MARGIN = 28;
    private static final int PAD = 18;
    private static final int GAP = 30;
    private static final int COLUMN_GAP = 36;

    private static final String STYLE = """
            .fc-page{fill:#fbfaf8}.fc-box{fill:#ffffff;stroke:#d9d5ce}.fc-under{fill:#f4f2ee;stroke:#d9d5ce}
            .fc-end{fill:#efece6;stroke:#d9d5ce}.fc-ink{fill:#24221f}.fc-soft{fill:#6c675f}
            .fc-line{stroke:#a39d93;fill:none}.fc-tip{fill:#a39d93}.fc-rail{fill:#eeebe5}.fc-badge{fill:#efece6}
            .fc-0{fill:#3d6fb6}.fc-1{fill:#c2693d}.fc-2{fill:#4f8a5b}.fc-3{fill:#8a63a8}.fc-4{fill:#b08a2e}
            @media (prefers-color-scheme:dark){
            .fc-page{fill:#171614}.fc-box{fill:#211f1d;stroke:#3c3934}.fc-under{fill:#1c1a18;stroke:#3c3934}
            .fc-end{fill:#2a2825;stroke:#3c3934}.fc-ink{fill:#ece9e3}.fc-soft{fill:#a59f95}
            .fc-line{stroke:#6f6a62}.fc-tip{fill:#6f6a62}.fc-rail{fill:#33302c}.fc-badge{fill:#35322e}
            .fc-0{fill:#7aa7e6}.fc-1{fill:#e59a70}.fc-2{fill:#83bd8f}.fc-3{fill:#bd98d8}.fc-4{fill:#d9b761}}
            text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;\
            font-variant-numeric:tabular-nums}
            """;

    private final TensorFlow flow;
    private final String title;
    private final List<FlowRow> rows;
    private final StringBuilder body = new StringBuilder();
    private final double boxWidth;
    private final double pageWidth;
    private double y = MARGIN;

    FlowDrawing(TensorFlow flow, String title) {
        this.flow = flow;
        this.title = title;
        this.rows = FlowRow.fold(flow);
        this.boxWidth = Math.ceil(widest());
        double titleWidth = 1.12 * measure(title, 20);
        this.pageWidth = Math.ceil(2 * MARGIN + Math.max(boxWidth, titleWidth));
    }

    String svg() {
        if (!title.isBlank()) {
            text(title, pageWidth / 2, y + 18, 20, "fc-ink", "middle", true);
            y += 42;
        }
        end("images", FlowChart.shape(flow.input()), "");
        List<String> kinds = new ArrayList<>();
        for (FlowRow row : rows) {
            arrow();
            if (!kinds.contains(row.kind())) {
                kinds.add(row.kind());
            }
            stage(row, kinds.indexOf(row.kind()) % 5);
        }
        arrow();
        end("total", total(), FlowChart.summary(flow));
        for (String line : notes()) {
            y += 20;
            text(line, left(), y, 12, "fc-soft", "start", false);
        }
        y += MARGIN;
        String size = "width=\"" + number(pageWidth) + "\" height=\"" + number(y) + "\"";
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" " + size + " viewBox=\"0 0 " + number(pageWidth) + " "
                + number(y) + "\" role=\"img\"><title>" + Html.escape(title.isBlank() ? "tensor flow" : title)
                + "</title>\n<style>" + STYLE
                + "</style>\n<rect class=\"fc-page\" width=\"100%\" height=\"100%\" rx=\"14\"/>\n"
                + body + "</svg>\n";
    }

    private void stage(FlowRow row, int colour) {
        boolean folded = row.count() > 1;
        int height = folded ? 88 : 68;
        if (folded) {
            rect(left() + 8, y + 8, boxWidth - 16, height, "fc-under");
            rect(left() + 4, y + 4, boxWidth - 8, height, "fc-under");
        }
        rect(left(), y, boxWidth, height, "fc-box");
        text(row.name(), left() + PAD, y + 27, 15, "fc-ink", "start", true);
        text(FlowChart.shape(row.first().shape()), right(), y + 27, 14, "fc-ink", "end", false);
        text(parameters(row.parameters()), left() + PAD, y + 48, 12.5, "fc-soft", "start", false);
        text(multiplyAdds(row.macs()), right(), y + 48, 12.5, "fc-soft", "end", false);
        if (folded) {
            double x = left() + PAD + measure(row.name(), 15) * 1.08 + 12;
            double width = measure("×" + row.count(), 13) + 16;
            body.append("<rect class=\"fc-badge\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"22\" rx=\"11\"/>\n"
                    .formatted(number(x), number(y + 11), number(width)));
            text("×" + row.count(), x + width / 2, y + 26.5, 13, "fc-ink", "middle", true);
            text("each " + parameters(row.first().parameters()), left() + PAD, y + 67, 12.5, "fc-soft", "start", false);
            text("each " + multiplyAdds(row.first().macs()), right(), y + 67, 12.5, "fc-soft", "end", false);
        }
        double rail = boxWidth - 2 * PAD;
        bar(y + height - 11, rail, "fc-rail");
        if (row.macs() > 0) {
            bar(y + height - 11, Math.max(3, rail * row.macs() / flow.macs()), "fc-" + colour);
        }
        y += folded ? height + 8 : height;
    }

    private void end(String name, String value, String below) {
        int height = below.isEmpty() ? 44 : 68;
        rect(left(), y, boxWidth, height, "fc-end");
        text(name, left() + PAD, y + 27, 15, "fc-ink", "start", true);
        text(value, right(), y + 27, 14, "fc-ink", "end", false);
        if (!below.isEmpty()) {
            text(below, right(), y + 50, 12.5, "fc-soft", "end", false);
        }
        y += height;
    }

    private void arrow() {
        double x = pageWidth / 2;
        body.append("<path class=\"fc-line\" d=\"M%s %sV%s\" stroke-width=\"1.5\"/>\n"
                .formatted(number(x), number(y + 4), number(y + GAP - 9)));
        body.append("<path class=\"fc-tip\" d=\"M%s %sl-5 -8h10z\"/>\n".formatted(number(x), number(y + GAP - 3)));
        y += GAP;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (FlowChart.outside(flow) > 0) {
            notes.add("The total includes " + FlowChart.count(FlowChart.outside(flow))
                    + " parameters of tokens and positions.");
        }
        notes.add("Coloured bars: share of all multiply-adds.");
        return notes;
    }

    private String total() {
        return parameters(flow.parameters());
    }

    private static String parameters(long value) {
        return FlowChart.count(value) + (value == 1 ? " parameter" : " parameters");
    }

    private static String multiplyAdds(long value) {
        return FlowChart.scaled(value) + " multiply-adds";
    }

    private double left() {
        return (pageWidth - boxWidth) / 2;
    }

    private double right() {
        return left() + boxWidth - PAD;
    }

    /** Width of the widest line of any box. */
    private double widest() {
        double widest = measure("images", 15) * 1.08 + measure(FlowChart.shape(flow.input()), 14);
        widest = Math.max(widest, measure("total", 15) * 1.08 + measure(total(), 14));
        widest = Math.max(widest, measure(FlowChart.summary(flow), 12.5) - COLUMN_GAP);
        for (String note : notes()) {
            widest = Math.max(widest, measure(note, 12) - COLUMN_GAP - 2 * PAD);
        }
        for (FlowRow row : rows) {
            double badge = row.count() > 1 ? 28 + measure("×" + row.count(), 13) : 0;
            widest = Math.max(
                    widest,
                    measure(row.name(), 15) * 1.08
                            + badge
                            + measure(FlowChart.shape(row.first().shape()), 14));
            String each = row.count() > 1 ? "each " : "";
            widest = Math.max(
                    widest,
                    measure(each + parameters(row.parameters()), 12.5)
                            + measure(each + multiplyAdds(row.macs()), 12.5));
        }
        return widest + COLUMN_GAP + 2 * PAD;
    }

    private void rect(double x, double y, double width, double height, String style) {
        body.append("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"10\"/>\n"
                .formatted(style, number(x), number(y), number(width), number(height)));
    }

    private void bar(double y, double width, String style) {
        body.append("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"3\" rx=\"1.5\"/>\n"
                .formatted(style, number(left() + PAD), number(y), number(width)));
    }

    private void text(String text, double x, double y, double size, String style, String anchor, boolean strong) {
        body.append("<text class=\"%s\" x=\"%s\" y=\"%s\" font-size=\"%s\" text-anchor=\"%s\"%s>%s</text>\n"
                .formatted(
                        style,
                        number(x),
                        number(y),
                        number(size),
                        anchor,
                        strong ? " font-weight=\"600\"" : "",
                        Html.escape(text)));
    }

    /** Width in pixels: advances of DejaVu Sans in thousandths of the size, rounded up by kind of character. */
    static double measure(String text, double size) {
        double thousandths = text.codePoints()
                .map(c -> c > 0x2e80
                        ? 1100
                        : "mMW@%".indexOf(c) >= 0
                                ? 980
                                : "wGOQDHNU×+<>=~_".indexOf(c) >= 0
                                        ? 840
                                        : "ijl.,:;'|!I ".indexOf(c) >= 0
                                                ? 340
                                                : "frt()[]{}/-\"".indexOf(c) >= 0
                                                        ? 470
                                                        : c >= 'A' && c <= 'Z' ? 720 : c > 127 ? 900 : 640)
                .sum();
        return thousandths * size / 1000;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.1f", value);
    }
}
