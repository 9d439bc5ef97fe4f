package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Two photos beside each other and what of one is found in the other. A colour stands for a place in a photo. */
public final class MatchPicture {
    private static final Color PAPER = new Color(0xfbfaf8);
    private static final int[] CORNERS = {0xe6353f, 0xf2c230, 0x2f7fd6, 0x2fae66}; // row by row
    private static final double OPACITY = 0.62;

    private MatchPicture() {}

    /** From a point of the left photo to one of the right, each in its own pixels. */
    public record Line(double ax, double ay, double bx, double by) {}

    /** Both photos, the right one at the left one's height, with the lines over them; colours say where a line begins. */
    public static RgbImage lines(RgbImage a, RgbImage b, List<Line> lines) {
        double scale = (double) a.height() / b.height();
        int gap = gap(a);
        int offset = a.width() + gap;
        BufferedImage sheet = beside(a, b, scale, gap);
        Graphics2D graphics = sheet.createGraphics();
        Canvas.smooth(graphics);
        float line = (float) Math.max(1.1, sheet.getWidth() / 1300.0);
        for (Line one : lines) {
            Line2D drawn = new Line2D.Double(one.ax(), one.ay(), offset + one.bx() * scale, one.by() * scale);
            graphics.setStroke(new BasicStroke(2.2f * line));
            graphics.setColor(new Color(0, 0, 0, 70));
            graphics.draw(drawn);
            graphics.setStroke(new BasicStroke(line));
            Color colour = new Color(placeColour(one.ax() / a.width(), one.ay() / a.height()));
            graphics.setColor(colour);
            graphics.draw(drawn);
            dot(graphics, drawn.getX1(), drawn.getY1(), 2.4 * line, colour);
            dot(graphics, drawn.getX2(), drawn.getY2(), 2.4 * line, colour);
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(sheet);
    }

    /**
     * The dense field: the right photo with a colour for each place, the left one with the colour of the place where each of
     * its patches is found.
     *
     * @param nearest for each patch of a that of b, or -1
     */
    public static RgbImage field(RgbImage a, PatchGrid gridA, RgbImage b, PatchGrid gridB, int[] nearest) {
        int[] colours = new int[gridA.size()];
        for (int p = 0; p < colours.length; p++) {
            int column = nearest[p] % gridB.width();
            int row = nearest[p] / gridB.width();
            colours[p] =
                    nearest[p] < 0 ? -1 : placeColour((column + 0.5) / gridB.width(), (row + 0.5) / gridB.height());
        }
        float[] indices = new float[colours.length];
        for (int p = 0; p < indices.length; p++) {
            indices[p] = p;
        }
        Sampler left = Sampler.ofPhoto(gridA, a.height(), a.width(), Enlargement.NEAREST);
        RgbImage painted = Canvas.overlay(
                Canvas.grey(a),
                left,
                (sampler, x, y) -> sampler.sees(x, y) && colours[(int) sampler.at(indices, 1, 0, x, y)] >= 0,
                (sampler, x, y) -> colours[(int) sampler.at(indices, 1, 0, x, y)],
                OPACITY);
        Sampler right = Sampler.ofPhoto(gridB, b.height(), b.width(), Enlargement.NEAREST);
        RgbImage key = Canvas.overlay(
                Canvas.grey(b),
                right,
                (sampler, x, y) -> placeColour((x + 0.5) / b.width(), (y + 0.5) / b.height()),
                OPACITY);
        return RgbImage.fromBufferedImage(beside(painted, key, (double) a.height() / b.height(), gap(a)));
    }

    private static int gap(RgbImage a) {
        return Math.max(6, a.width() / 60);
    }

    private static BufferedImage beside(RgbImage a, RgbImage b, double scale, int gap) {
        int width = (int) Math.round(b.width() * scale);
        BufferedImage sheet = new BufferedImage(a.width() + gap + width, a.height(), BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = sheet.createGraphics();
        Canvas.smooth(graphics);
        graphics.setRenderingHint(
                java.awt.RenderingHints.KEY_INTERPOLATION, java.awt.RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        graphics.drawImage(a.toBufferedImage(), 0, 0, null);
        graphics.drawImage(b.toBufferedImage(), a.width() + gap, 0, width, a.height(), null);
        graphics.dispose();
        return sheet;
    }

    private static void dot(Graphics2D graphics, double x, double y, double radius, Color colour) {
        graphics.setColor(new Color(0, 0, 0, 120));
        graphics.fill(new Ellipse2D.Double(x - 1.35 * radius, y - 1.35 * radius, 2.7 * radius, 2.7 * radius));
        graphics.setColor(colour);
        graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    /** A place, each axis 0..1, as a mixture of the colours of the four corners. */
    private static int placeColour(double x, double y) {
        double u = Math.max(0, Math.min(1, x));
        double v = Math.max(0, Math.min(1, y));
        return Canvas.mix(Canvas.mix(CORNERS[0], CORNERS[1], u), Canvas.mix(CORNERS[2], CORNERS[3], u), v);
    }
}
