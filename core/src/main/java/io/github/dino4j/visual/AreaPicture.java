package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * A photo cut into areas (classes, segments, objects): each in its colour over the photo, thin borders between them, and a
 * legend at the side.
 */
public final class AreaPicture {
    /** The area of a pixel that belongs to none; the photo shows there as it is. */
    public static final int NONE = -1;

    private static final Color PAPER = new Color(0xfbfaf8);
    private static final Color INK = new Color(0x33312e);
    private static final Color FAINT = new Color(0x8a8680);
    private static final int MOST_COLUMNS = 4;

    private AreaPicture() {}

    /**
     * An area in the legend.
     *
     * @param name what it is
     * @param colour {@code 0xRRGGBB}
     * @param note a number beside it, such as its share; may be empty
     */
    public record Area(String name, int colour, String note) {
        public Area {
            if (colour >>> 24 != 0) {
                throw new IllegalArgumentException(
                        "the colour of area '" + name + "' is 0xRRGGBB, found " + Integer.toHexString(colour));
            }
        }
    }

    /**
     * The areas over a photo, of the photo's size.
     *
     * @param areas [height * width], row by row: an index into {@code legend}, or {@link #NONE}
     * @param opacity of the colours, a share in 0..1
     */
    public static RgbImage over(RgbImage photo, int[] areas, List<Area> legend, double opacity) {
        int width = photo.width();
        int height = photo.height();
        if (areas.length != width * height) {
            throw new IllegalArgumentException(
                    areas.length + " pixels of areas do not cover the photo of " + width + " x " + height);
        }
        if (!(opacity >= 0 && opacity <= 1)) {
            throw new IllegalArgumentException("opacity is a share in 0..1, found " + opacity);
        }
        int reach = Math.max(width, height) / 1600; // of a border beyond its own pixel
        byte[] rgb = photo.rgb().clone();
        for (int y = 0, i = 0; y < height; y++) {
            for (int x = 0; x < width; x++, i++) {
                if (isBorder(areas, width, height, x, y, reach)) {
                    int colour =
                            areas[i] == NONE ? 0xffffff : legend.get(areas[i]).colour();
                    Canvas.put(rgb, 3 * i, Canvas.mix(colour, 0xffffff, 0.55));
                } else if (areas[i] != NONE) {
                    int colour = legend.get(areas[i]).colour();
                    Canvas.put(rgb, 3 * i, Canvas.mix(photo.pixel(x, y), colour, opacity));
                }
            }
        }
        return RgbImage.of(width, height, rgb);
    }

    /** Whether a neighbour to the right or below, within reach, belongs to another area. */
    private static boolean isBorder(int[] areas, int width, int height, int x, int y, int reach) {
        int here = areas[y * width + x];
        for (int d = 1; d <= reach + 1; d++) {
            if ((x + d < width && areas[y * width + x + d] != here)
                    || (y + d < height && areas[(y + d) * width + x] != here)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A picture with its legend to the right, in as many columns as it takes; the sheet grows downward where the picture
     * is too low for them. Nothing is added where the legend is empty.
     */
    public static RgbImage withLegend(RgbImage picture, List<Area> legend) {
        if (legend.isEmpty()) {
            return picture;
        }
        Sheet sheet = Sheet.of(picture, legend);
        BufferedImage image = new BufferedImage(sheet.width(), sheet.height(), BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, sheet.width(), sheet.height());
        graphics.drawImage(picture.toBufferedImage(), 0, 0, null);
        Canvas.smooth(graphics);
        double size = sheet.size();
        for (int i = 0; i < legend.size(); i++) {
            Area area = legend.get(i);
            int column = i / sheet.rows();
            int row = i % sheet.rows();
            double x = picture.width() + size + column * sheet.column();
            double y = size + row * sheet.line();
            int side = (int) Math.round(size);
            graphics.setColor(new Color(area.colour()));
            graphics.fillRect((int) x, (int) y, side, side);
            graphics.setColor(FAINT);
            graphics.drawRect((int) x, (int) y, side, side);
            double baseline = y + 0.87 * size;
            double text = x + 1.5 * size;
            double noteAt = x + sheet.column() - 1.2 * size - Lettering.width(area.note(), size);
            graphics.setColor(INK);
            Lettering.draw(
                    graphics,
                    area.name(),
                    size,
                    text,
                    baseline,
                    noteAt - text - (area.note().isEmpty() ? -1 : 0.5 * size));
            graphics.setColor(FAINT);
            Lettering.draw(graphics, area.note(), size, noteAt, baseline, sheet.column());
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(image);
    }

    /** Measures of a sheet: type size, height of a line, width of a column, rows in each, and the whole. */
    private record Sheet(double size, double line, double column, int rows, int width, int height) {
        static Sheet of(RgbImage picture, List<Area> legend) {
            double size = Math.max(13, Math.max(picture.width(), picture.height()) / 75.0);
            double line = 1.65 * size;
            double names = widest(legend.stream().map(Area::name).toList(), size);
            double notes = widest(legend.stream().map(Area::note).toList(), size);
            double column = 1.5 * size + Math.min(names, 16 * size) + (notes > 0 ? 0.7 * size + notes : 0) + 1.2 * size;
            int fit = Math.max(1, (int) ((picture.height() - 1.35 * size) / line));
            int columns = Math.min(MOST_COLUMNS, (legend.size() + fit - 1) / fit);
            int rows = (legend.size() + columns - 1) / columns;
            return new Sheet(
                    size,
                    line,
                    column,
                    rows,
                    picture.width() + (int) Math.ceil(size + columns * column),
                    Math.max(picture.height(), (int) Math.ceil(1.35 * size + rows * line)));
        }

        private static double widest(List<String> texts, double size) {
            return texts.stream()
                    .mapToDouble(text -> Lettering.width(text, size))
                    .max()
                    .orElse(0);
        }
    }
}
