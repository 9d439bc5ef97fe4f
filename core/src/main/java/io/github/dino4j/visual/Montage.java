package io.github.dino4j.visual;

import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sheet of pictures in columns, each with a caption under it. A builder: add, then {@link #render()}; for one thread.
 *
 * <p>Pictures keep their aspect and stand centred in cells of one size, given by the widest and the tallest of them.
 */
public final class Montage {
    private static final Color PAPER = new Color(0xfbfaf8);
    private static final Color INK = new Color(0x33312e);
    private static final int GAP = 14;
    private static final int MARGIN = 20;
    private static final double TITLE_SIZE = 18;
    private static final double CAPTION_SIZE = 13;

    private final int columns;
    private final List<Cell> cells = new ArrayList<>();
    private int cellWidth = 240;
    private String title = "";

    private record Cell(RgbImage picture, String caption) {}

    private Montage(int columns) {
        this.columns = columns;
    }

    /** An empty sheet. */
    public static Montage ofColumns(int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("a montage needs at least one column, not " + columns);
        }
        return new Montage(columns);
    }

    /** Greatest width of a picture in pixels, 240 unless told; wider ones shrink, small ones grow. */
    public Montage cellWidth(int pixels) {
        if (pixels < 16) {
            throw new IllegalArgumentException("a cell of a montage is 16 pixels wide or more, not " + pixels);
        }
        cellWidth = pixels;
        return this;
    }

    /** Cells as wide as makes the columns of a full row fill a sheet of this width. */
    public Montage fillWidth(int pixels) {
        return cellWidth((pixels - 2 * MARGIN - (columns - 1) * GAP) / columns);
    }

    /** A line above the pictures. */
    public Montage title(String title) {
        this.title = title;
        return this;
    }

    /** Adds a picture; an empty caption leaves no mark. */
    public Montage add(RgbImage picture, String caption) {
        cells.add(new Cell(picture, caption));
        return this;
    }

    /**
     * Draws the sheet.
     *
     * @throws IllegalStateException if it is empty
     */
    public RgbImage render() {
        if (cells.isEmpty()) {
            throw new IllegalStateException("the montage is empty; add a picture first");
        }
        List<RgbImage> pictures = cells.stream().map(c -> fitted(c.picture())).toList();
        int cellHeight = pictures.stream().mapToInt(RgbImage::height).max().orElseThrow();
        int used = Math.min(columns, cells.size());
        int rows = (cells.size() + used - 1) / used;
        boolean captions = cells.stream().anyMatch(c -> !c.caption().isBlank());
        int line = captions ? 24 : 0;
        int top = title.isBlank() ? MARGIN : MARGIN + 34;
        BufferedImage sheet = new BufferedImage(
                2 * MARGIN + used * (cellWidth + GAP) - GAP,
                top + rows * (cellHeight + line + GAP) - GAP + MARGIN,
                BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        Canvas.smooth(graphics);
        graphics.setColor(INK);
        Lettering.draw(graphics, title, TITLE_SIZE, MARGIN, MARGIN + 16, sheet.getWidth() - 2 * MARGIN);
        for (int i = 0; i < cells.size(); i++) {
            RgbImage picture = pictures.get(i);
            int x = MARGIN + i % used * (cellWidth + GAP);
            int y = top + i / used * (cellHeight + line + GAP);
            graphics.drawImage(
                    picture.toBufferedImage(),
                    x + (cellWidth - picture.width()) / 2,
                    y + cellHeight - picture.height(),
                    null);
            Lettering.draw(graphics, cells.get(i).caption(), CAPTION_SIZE, x, y + cellHeight + 17, cellWidth);
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(sheet);
    }

    /** Pictures as they are, one below the other from the left edge, on paper. */
    public static RgbImage stacked(RgbImage... pictures) {
        if (pictures.length == 0) {
            throw new IllegalArgumentException("a stack has at least one picture");
        }
        int width = Arrays.stream(pictures).mapToInt(RgbImage::width).max().orElseThrow();
        int height = Arrays.stream(pictures).mapToInt(RgbImage::height).sum();
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, width, height);
        int y = 0;
        for (RgbImage picture : pictures) {
            graphics.drawImage(picture.toBufferedImage(), 0, y, null);
            y += picture.height();
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(sheet);
    }

    private RgbImage fitted(RgbImage picture) {
        int height = Math.max(1, Math.round((float) picture.height() * cellWidth / picture.width()));
        // A grid of a few patches grows in whole squares; a photo shrinks through a filter.
        Interpolation filter = picture.width() * 4 < cellWidth ? Interpolation.NEAREST : Interpolation.BICUBIC;
        return Resize.pillow(picture, height, cellWidth, filter);
    }
}
