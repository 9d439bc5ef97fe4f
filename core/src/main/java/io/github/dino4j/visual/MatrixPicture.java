package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/**
 * A square of shares with names on both sides, such as a confusion matrix: darker is more. Cells carry their percent where
 * there is room, names where there is.
 *
 * @param rows what the rows are
 * @param columns what the columns are
 * @param names of rows and columns
 * @param shares [n][n] in 0..1
 */
@SuppressWarnings("ArrayRecordComponent") // drawn, never compared
public record MatrixPicture(String title, String rows, String columns, List<String> names, double[][] shares) {
    private static final Color PAPER = new Color(0xfbfaf8);
    private static final Color INK = new Color(0x33312e);
    private static final Color DEEP = new Color(0x17456b);
    private static final int MARGIN = 20;
    private static final int TYPE = 13;
    private static final int MOST_NAMES = 120;

    public MatrixPicture {
        names = List.copyOf(names);
        if (names.isEmpty() || shares.length != names.size()) {
            throw new IllegalArgumentException(names.size() + " names do not fit " + shares.length + " rows");
        }
        for (double[] row : shares) {
            if (row.length != names.size()) {
                throw new IllegalArgumentException("a row has " + row.length + " values, wanted " + names.size());
            }
        }
    }

    public RgbImage render() {
        int count = names.size();
        int cell = count <= 24 ? 42 : Math.max(1, 1008 / count);
        boolean named = count <= MOST_NAMES && cell >= 8;
        int type = Math.min(TYPE, Math.max(6, cell - 2));
        int label = named
                ? (int) Math.ceil(Math.min(
                        180,
                        names.stream()
                                        .mapToDouble(n -> Lettering.width(n, type))
                                        .max()
                                        .orElse(0)
                                + 10))
                : 0;
        int left = MARGIN + 22 + label;
        int top = MARGIN + 34 + 22 + label;
        int side = cell * count;
        int width = Math.max(left + side + MARGIN, (int) Math.ceil(Lettering.width(title, 18)) + 2 * MARGIN);
        BufferedImage sheet = new BufferedImage(width, top + side + MARGIN, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        Canvas.smooth(graphics);
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        graphics.setColor(INK);
        Lettering.draw(graphics, title, 18, MARGIN, MARGIN + 16, width - 2 * MARGIN);
        Lettering.draw(graphics, columns, TYPE, left, MARGIN + 48, width - left - MARGIN);
        turned(graphics, rows, TYPE, MARGIN + TYPE, top + side, side);
        for (int i = 0; named && i < count; i++) {
            int middle = i * cell + (cell + type) / 2 - 2;
            double wide = Math.min(label - 8, Lettering.width(names.get(i), type));
            Lettering.draw(graphics, names.get(i), type, left - 6 - wide, top + middle, label - 8);
            turned(graphics, names.get(i), type, left + middle, top - 6, label - 8);
        }
        for (int row = 0; row < count; row++) {
            for (int column = 0; column < count; column++) {
                cell(graphics, left + column * cell, top + row * cell, cell, shares[row][column]);
            }
        }
        graphics.setColor(INK);
        graphics.drawRect(left - 1, top - 1, side, side);
        graphics.dispose();
        return RgbImage.fromBufferedImage(sheet);
    }

    private static void cell(Graphics2D graphics, int x, int y, int cell, double share) {
        int gap = cell >= 8 ? 1 : 0;
        graphics.setColor(new Color(
                Canvas.mix(0xffffff, DEEP.getRGB() & 0xffffff, Math.sqrt(Math.max(0, Math.min(1, share))))));
        graphics.fillRect(x, y, cell - gap, cell - gap);
        String text = String.format(Locale.ROOT, "%.0f", 100 * share);
        if (cell >= 30 && !text.equals("0")) {
            graphics.setColor(share > 0.25 ? Color.WHITE : INK);
            Lettering.draw(
                    graphics, text, TYPE, x + (cell - Lettering.width(text, TYPE)) / 2, y + cell / 2.0 + 5, cell);
        }
    }

    /** Text that goes up from (x, y). */
    private static void turned(Graphics2D graphics, String text, double size, double x, double y, double width) {
        AffineTransform before = graphics.getTransform();
        graphics.translate(x, y);
        graphics.rotate(-Math.PI / 2);
        Lettering.draw(graphics, text, size, 0, 0, width);
        graphics.setTransform(before);
    }
}
