package io.github.dino4j.visual;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.RgbImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** A photo with boxes on it: each in its colour, its name on a small plate at the upper left corner. */
public final class BoxPicture {
    private BoxPicture() {}

    /**
     * A box to draw.
     *
     * @param colour {@code 0xRRGGBB}
     * @param label on its plate; none where empty
     */
    public record Mark(Box box, int colour, String label) {}

    /** The marks over a photo, of the photo's size; the last ones lie on top. Plates stay inside the photo. */
    public static RgbImage over(RgbImage photo, List<Mark> marks) {
        BufferedImage image = photo.toBufferedImage();
        Graphics2D graphics = image.createGraphics();
        Canvas.smooth(graphics);
        double side = Math.max(photo.width(), photo.height());
        double line = Math.max(1.2, side / 420);
        double size = Math.max(9, side / 62);
        for (Mark mark : marks) {
            frame(graphics, mark, line);
        }
        for (Mark mark : marks) { // plates after all frames, so that no frame crosses a name
            if (!mark.label().isEmpty()) {
                plate(graphics, mark, line, size, photo);
            }
        }
        graphics.dispose();
        return RgbImage.fromBufferedImage(image);
    }

    /** The frame in its colour inside a thin dark one, so that it shows on any ground. */
    private static void frame(Graphics2D graphics, Mark mark, double line) {
        Box box = mark.box();
        Rectangle2D frame = new Rectangle2D.Double(box.x0(), box.y0(), box.width(), box.height());
        graphics.setStroke(new BasicStroke((float) (1.7 * line), BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        graphics.setColor(new Color(0, 0, 0, 90));
        graphics.draw(frame);
        graphics.setStroke(new BasicStroke((float) line, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        graphics.setColor(new Color(mark.colour()));
        graphics.draw(frame);
    }

    private static void plate(Graphics2D graphics, Mark mark, double line, double size, RgbImage photo) {
        double width = Lettering.width(mark.label(), size) + 0.7 * size;
        double height = 1.35 * size;
        double x = Math.max(0, Math.min(mark.box().x0() - line / 2, photo.width() - width));
        double above = mark.box().y0() - line / 2 - height;
        double y = above >= 0 ? above : Math.max(0, Math.min(mark.box().y0() + line / 2, photo.height() - height));
        graphics.setColor(new Color(mark.colour()));
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
        graphics.setColor(isLight(mark.colour()) ? new Color(0x1c1b19) : Color.WHITE);
        Lettering.draw(graphics, mark.label(), size, x + 0.35 * size, y + size, width);
    }

    /** By luma of BT.601. */
    private static boolean isLight(int colour) {
        return 299 * (colour >> 16 & 0xff) + 587 * (colour >> 8 & 0xff) + 114 * (colour & 0xff) > 140_000;
    }
}
