package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The legend of a colour map: an upright bar, the first colour at its foot, with numbers beside it.
 *
 * @param ticks the most important first; one that would stand in another's way is left out
 */
public record ScaleBar(ColourMap colours, List<Tick> ticks) {
    private static final Color PAPER = new Color(0xfbfaf8);
    private static final Color INK = new Color(0x33312e);
    private static final double SMALLEST_LETTERS = 11;
    private static final double LARGEST_LETTERS = 40;

    /**
     * A number beside the bar.
     *
     * @param place on the colour map, 0..1
     */
    public record Tick(double place, String label) {}

    public ScaleBar {
        ticks = List.copyOf(ticks);
    }

    /**
     * Pictures of one height in a row, the bar at their right.
     *
     * @throws IllegalArgumentException if there is none, or their heights differ
     */
    public static RgbImage beside(ScaleBar bar, RgbImage... pictures) {
        if (pictures.length == 0) {
            throw new IllegalArgumentException("a scale bar stands beside at least one picture");
        }
        int height = pictures[0].height();
        for (RgbImage picture : pictures) {
            if (picture.height() != height) {
                throw new IllegalArgumentException("pictures in a row have one height, found " + height + " and "
                        + picture.height() + " pixels; resize one of them");
            }
        }
        return bar.draw(Arrays.asList(pictures), height);
    }

    private RgbImage draw(List<RgbImage> pictures, int height) {
        double letters = Math.max(SMALLEST_LETTERS, Math.min(LARGEST_LETTERS, height / 32.0));
        int gap = (int) Math.ceil(0.75 * letters);
        int barWidth = (int) Math.ceil(1.25 * letters);
        int text = (int) Math.ceil(ticks.stream()
                .mapToDouble(tick -> Lettering.width(tick.label(), letters))
                .max()
                .orElse(0));
        int margin = (int) Math.ceil(0.6 * letters); // half a letter stands above and below the bar's ends
        int across =
                pictures.stream().mapToInt(picture -> picture.width() + gap).sum();
        BufferedImage sheet = new BufferedImage(
                gap + across + barWidth + gap + text + gap, height + 2 * margin, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        int x = gap;
        for (RgbImage picture : pictures) {
            graphics.drawImage(picture.toBufferedImage(), x, margin, null);
            x += picture.width() + gap;
        }
        for (int y = 0; y < height; y++) {
            graphics.setColor(new Color(colours.rgb(1 - (y + 0.5) / height)));
            graphics.fillRect(x, margin + y, barWidth, 1);
        }
        Canvas.smooth(graphics);
        graphics.setColor(INK);
        for (Tick tick : shown(2 * letters / height)) {
            double y = margin + (1 - tick.place()) * height;
            graphics.draw(new Line2D.Double(x + barWidth, y, x + barWidth + 0.4 * gap, y));
            Lettering.draw(graphics, tick.label(), letters, x + barWidth + gap, y + 0.36 * letters, text + gap);
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(sheet);
    }

    private List<Tick> shown(double apart) {
        List<Tick> shown = new ArrayList<>();
        for (Tick tick : ticks) {
            boolean inside = tick.place() >= 0 && tick.place() <= 1;
            if (inside && shown.stream().allMatch(other -> Math.abs(other.place() - tick.place()) >= apart)) {
                shown.add(tick);
            }
        }
        return shown;
    }
}
