package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** The drawing of a {@link BarChart}; for one thread. */
final class BarDrawing {
    static final int WIDTH = 1100;
    private static final int MARGIN = 28;
    private static final int COLUMNS = 2;
    private static final int COLUMN_GAP = 48;
    private static final int PANEL_GAP = 30;
    private static final int BAR = 20;
    private static final int BAR_GAP = 5;
    private static final int GROUP_GAP = 14;
    private static final double TITLE = 21;
    private static final double HEADING = 16;
    private static final double TEXT = 14;
    private static final double SMALL = 12.5;
    private static final Color PAPER = new Color(0xfbfaf8);
    private static final Color INK = new Color(0x33312e);
    private static final Color FAINT = new Color(0x6c675f);
    private static final Color LINE = new Color(0xd9d5ce);

    private final BarChart chart;
    private final int column;
    private final Graphics2D graphics;
    private final BufferedImage sheet;

    BarDrawing(BarChart chart) {
        this.chart = chart;
        int columns = Math.min(COLUMNS, chart.panels().size());
        column = (WIDTH - 2 * MARGIN - (columns - 1) * COLUMN_GAP) / columns;
        sheet = new BufferedImage(WIDTH, height(), BufferedImage.TYPE_3BYTE_BGR);
        graphics = sheet.createGraphics();
    }

    RgbImage draw() {
        fill(PAPER, 0, 0, sheet.getWidth(), sheet.getHeight());
        Canvas.smooth(graphics);
        heading();
        double y = top();
        for (int first = 0; first < chart.panels().size(); first += COLUMNS) {
            for (int i = 0; i < row(first).size(); i++) {
                panel(row(first).get(i), MARGIN + i * (double) (column + COLUMN_GAP), y);
            }
            y += rowHeight(first) + PANEL_GAP;
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(sheet);
    }

    private int height() {
        int height = top() + MARGIN - PANEL_GAP;
        for (int first = 0; first < chart.panels().size(); first += COLUMNS) {
            height += rowHeight(first) + PANEL_GAP;
        }
        return height;
    }

    private List<BarChart.Panel> row(int first) {
        return chart.panels()
                .subList(first, Math.min(first + COLUMNS, chart.panels().size()));
    }

    private int rowHeight(int first) {
        return row(first).stream().mapToInt(BarDrawing::panelHeight).max().orElseThrow();
    }

    private static int panelHeight(BarChart.Panel panel) {
        int height = barsTop(panel);
        for (int i = 0; i < panel.bars().size(); i++) {
            height += BAR + (i == 0 ? 0 : beginsGroup(panel, i) ? GROUP_GAP : BAR_GAP);
        }
        return height;
    }

    private static int barsTop(BarChart.Panel panel) {
        return panel.note().isEmpty() ? 32 : 50;
    }

    private static boolean beginsGroup(BarChart.Panel panel, int i) {
        return i == 0
                || !panel.bars().get(i).label().equals(panel.bars().get(i - 1).label());
    }

    /** Where the panels begin, below title, note and legend. */
    private int top() {
        return MARGIN
                + (chart.title().isEmpty() ? 0 : 32)
                + (chart.note().isEmpty() ? 0 : 22)
                + (chart.series().size() > 1 ? 36 : 0);
    }

    private void heading() {
        double y = MARGIN;
        if (!chart.title().isEmpty()) {
            text(INK, chart.title(), TITLE, MARGIN, y + 18, WIDTH - 2 * MARGIN);
            y += 32;
        }
        if (!chart.note().isEmpty()) {
            text(FAINT, chart.note(), SMALL, MARGIN, y + 10, WIDTH - 2 * MARGIN);
            y += 22;
        }
        if (chart.series().size() > 1) {
            double x = MARGIN;
            for (int i = 0; i < chart.series().size(); i++) {
                fill(new Color(BarChart.colour(i)), x, y, 14, 14);
                String name = chart.series().get(i);
                text(INK, name, TEXT, x + 22, y + 12, WIDTH - MARGIN - x - 22);
                x += 22 + Lettering.width(name, TEXT) + 28;
            }
        }
    }

    private void panel(BarChart.Panel panel, double x, double y) {
        text(INK, panel.title(), HEADING, x, y + 14, column);
        if (!panel.note().isEmpty()) {
            text(FAINT, panel.note(), SMALL, x, y + 33, column);
        }
        double labels = Math.min(0.35 * column, widest(panel, true)) + 10;
        double length = Math.max(40, column - labels - widest(panel, false) - 10);
        double scale = panel.largest() > 0 ? length / panel.largest() : 0;
        double zero = x + labels;
        double at = y + barsTop(panel);
        double bottom = y + panelHeight(panel);
        fill(LINE, zero - 1, at - 4, 1, bottom - at + 8);
        for (int i = 0; i < panel.bars().size(); i++) {
            BarChart.Bar bar = panel.bars().get(i);
            if (beginsGroup(panel, i)) {
                at += i == 0 ? 0 : GROUP_GAP;
                double middle = at + groupHeight(panel, i) / 2.0;
                text(INK, bar.label(), TEXT, x, middle + 5, labels - 10);
            } else {
                at += BAR_GAP;
            }
            bar(bar, zero, at, scale);
            at += BAR;
        }
    }

    private void bar(BarChart.Bar bar, double zero, double y, double scale) {
        double end = zero;
        if (bar.value().isPresent()) {
            double value = bar.value().getAsDouble();
            double width = value > 0 ? Math.max(1, value * scale) : 0; // what is there is seen
            fill(new Color(BarChart.colour(bar.series())), zero, y, width, BAR);
            end += width;
        }
        if (bar.mark().isPresent()) {
            double mark = zero + bar.mark().getAsDouble() * scale;
            fill(INK, mark - 1, y - 2, 2, BAR + 4);
            end = Math.max(end, mark);
        }
        boolean missing = bar.value().isEmpty();
        text(missing ? FAINT : INK, bar.text(), TEXT, end + 8, y + 15, WIDTH - MARGIN / 2.0 - end);
    }

    private static int groupHeight(BarChart.Panel panel, int first) {
        int last = first;
        while (last + 1 < panel.bars().size() && !beginsGroup(panel, last + 1)) {
            last++;
        }
        return (last - first) * (BAR + BAR_GAP) + BAR;
    }

    private static double widest(BarChart.Panel panel, boolean labels) {
        return panel.bars().stream()
                .mapToDouble(bar -> Lettering.width(labels ? bar.label() : bar.text(), TEXT))
                .max()
                .orElse(0);
    }

    private void fill(Color colour, double x, double y, double width, double height) {
        graphics.setColor(colour);
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
    }

    private void text(Color colour, String text, double size, double x, double y, double width) {
        graphics.setColor(colour);
        Lettering.draw(graphics, text, size, x, y, width);
    }
}
