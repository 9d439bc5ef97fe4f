package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** The drawing of a {@link LineChart}; for one thread. */
final class LineDrawing {
    private static final int WIDTH = 1100;
    private static final int MARGIN = 28;
    private static final int COLUMN_GAP = 40;
    private static final int PANEL = 300;
    private static final int PANEL_GAP = 30;
    private static final int LEGEND = 24;
    private static final int HEAD = 30;
    private static final int FOOT = 42;
    private static final int FEW = 24; // points that are marked one by one
    private static final double TITLE = 21;
    private static final double HEADING = 16;
    private static final double TEXT = 13;
    private static final double SMALL = 12.5;
    private static final Color PAPER = new Color(0xfbfaf8);
    private static final Color INK = new Color(0x33312e);
    private static final Color FAINT = new Color(0x6c675f);
    private static final Color LINE = new Color(0xe6e2db);

    private final LineChart chart;
    private final int columns;
    private final int column;
    private final BufferedImage sheet;
    private final Graphics2D graphics;

    LineDrawing(LineChart chart) {
        this.chart = chart;
        columns = Math.min(2, chart.panels().size());
        column = (WIDTH - 2 * MARGIN - (columns - 1) * COLUMN_GAP) / columns;
        int rows = (chart.panels().size() + columns - 1) / columns;
        sheet = new BufferedImage(
                WIDTH, top() + rows * (PANEL + PANEL_GAP) - PANEL_GAP + MARGIN, BufferedImage.TYPE_3BYTE_BGR);
        graphics = sheet.createGraphics();
    }

    RgbImage draw() {
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        Canvas.smooth(graphics);
        double y = MARGIN;
        if (!chart.title().isEmpty()) {
            text(INK, chart.title(), TITLE, MARGIN, y + 18, WIDTH - 2 * MARGIN);
            y += 32;
        }
        text(FAINT, chart.note(), SMALL, MARGIN, y + 10, WIDTH - 2 * MARGIN);
        for (int i = 0; i < chart.panels().size(); i++) {
            panel(
                    chart.panels().get(i),
                    MARGIN + i % columns * (column + COLUMN_GAP),
                    top() + i / columns * (PANEL + PANEL_GAP));
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(sheet);
    }

    /** Where the panels begin, below title and note. */
    private int top() {
        return MARGIN + (chart.title().isEmpty() ? 0 : 32) + (chart.note().isEmpty() ? 0 : 30);
    }

    private void panel(LineChart.Panel panel, double x, double y) {
        text(INK, panel.title(), HEADING, x, y + 14, column);
        boolean several = panel.series().size() > 1;
        if (several) {
            legend(panel.series(), x, y + HEAD);
        }
        double above = y + HEAD + (several ? LEGEND : 0);
        DoubleSummaryStatistics across = new DoubleSummaryStatistics();
        DoubleSummaryStatistics upwards = new DoubleSummaryStatistics();
        for (LineChart.Series series : panel.series()) {
            for (LineChart.Point point : series.points()) {
                if (panel.shows(point.y())) {
                    across.accept(point.x());
                    upwards.accept(point.y());
                }
            }
        }
        if (upwards.getCount() == 0) {
            text(FAINT, "no values yet", TEXT, x, above + 20, column);
            return;
        }
        Axis vertical = panel.logarithmic()
                ? Axis.logarithmic(upwards.getMin(), upwards.getMax())
                : Axis.linear(upwards.getMin(), upwards.getMax(), 5);
        Axis horizontal = Axis.tight(across.getMin(), across.getMax(), 6);
        double labels = vertical.ticks().stream()
                .mapToDouble(tick -> Lettering.width(Axis.label(tick), SMALL))
                .max()
                .orElse(0);
        Rectangle2D plot = new Rectangle2D.Double(
                x + labels + 10, above + 6, column - labels - 10 - 12, y + PANEL - FOOT - above - 6);
        grid(plot, vertical, horizontal);
        text(
                FAINT,
                panel.across(),
                SMALL,
                plot.getCenterX() - Lettering.width(panel.across(), SMALL) / 2,
                plot.getMaxY() + 36,
                plot.getWidth());
        for (int i = 0; i < panel.series().size(); i++) {
            curve(panel, panel.series().get(i), new Color(BarChart.colour(i)), plot, vertical, horizontal);
        }
    }

    private void legend(List<LineChart.Series> all, double x, double y) {
        double at = x;
        for (int i = 0; i < all.size(); i++) {
            String name = all.get(i).name();
            graphics.setColor(new Color(BarChart.colour(i)));
            graphics.fill(new Rectangle2D.Double(at, y + 6, 16, 3));
            text(INK, name, TEXT, at + 22, y + 12, Math.max(0, x + column - at - 22));
            at += 22 + Lettering.width(name, TEXT) + 20;
        }
    }

    private void grid(Rectangle2D plot, Axis vertical, Axis horizontal) {
        graphics.setStroke(new BasicStroke(1));
        for (double tick : vertical.ticks()) {
            double y = plot.getMaxY() - vertical.at(tick) * plot.getHeight();
            graphics.setColor(LINE);
            graphics.fill(new Rectangle2D.Double(plot.getX(), y - 0.5, plot.getWidth(), 1));
            String label = Axis.label(tick);
            text(FAINT, label, SMALL, plot.getX() - 8 - Lettering.width(label, SMALL), y + 4.5, WIDTH);
        }
        for (double tick : horizontal.ticks()) {
            double x = plot.getX() + horizontal.at(tick) * plot.getWidth();
            graphics.setColor(FAINT);
            graphics.fill(new Rectangle2D.Double(x - 0.5, plot.getMaxY(), 1, 5));
            String label = Axis.label(tick);
            text(FAINT, label, SMALL, x - Lettering.width(label, SMALL) / 2, plot.getMaxY() + 19, WIDTH);
        }
        graphics.setColor(FAINT);
        graphics.fill(new Rectangle2D.Double(plot.getX(), plot.getMaxY() - 0.5, plot.getWidth(), 1));
    }

    private void curve(
            LineChart.Panel panel,
            LineChart.Series series,
            Color colour,
            Rectangle2D plot,
            Axis vertical,
            Axis horizontal) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke(1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        Path2D path = new Path2D.Double();
        boolean pen = false;
        for (LineChart.Point point : series.points()) {
            if (!panel.shows(point.y())) {
                pen = false;
                continue;
            }
            double x = plot.getX() + horizontal.at(point.x()) * plot.getWidth();
            double y = plot.getMaxY() - vertical.at(point.y()) * plot.getHeight();
            if (pen) {
                path.lineTo(x, y);
            } else {
                path.moveTo(x, y);
            }
            pen = true;
            if (series.points().size() <= FEW) {
                graphics.fill(new Ellipse2D.Double(x - 2.8, y - 2.8, 5.6, 5.6));
            }
        }
        graphics.draw(path);
    }

    private void text(Color colour, String text, double size, double x, double y, double width) {
        graphics.setColor(colour);
        Lettering.draw(graphics, text, size, x, y, width);
    }
}
