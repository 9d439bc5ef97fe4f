package io.github.dino4j.image;

/**
 * Where a model's input lies in its source image, so that boxes, masks and maps find the way back. Small: keep it with a
 * result after the pixels are gone.
 *
 * <p>Coordinates are continuous, in pixels, origin at the upper left corner (the centre of pixel 0 is 0.5): {@code input =
 * source * scale + offset} on each axis.
 *
 * @param height rows of the model's input
 * @param width columns of the model's input
 * @param content the part of the input that shows the image; the rest is padding
 * @param cropped what the input does not show, in source pixels
 * @param policy the sizing in words, as {@link Transform#describe()} has it
 */
public record Geometry(
        int sourceHeight,
        int sourceWidth,
        int height,
        int width,
        double scaleX,
        double scaleY,
        double offsetX,
        double offsetY,
        Box content,
        Borders cropped,
        String policy) {

    /** Pixels [left, right) x [top, bottom) of the model's input. */
    public record Box(int left, int top, int right, int bottom) {
        public int width() {
            return right - left;
        }

        public int height() {
            return bottom - top;
        }
    }

    /** Widths of four borders in source pixels, 0 or more. */
    public record Borders(double left, double top, double right, double bottom) {
        /** True if at least one border is not empty. */
        public boolean any() {
            return left > 0 || top > 0 || right > 0 || bottom > 0;
        }
    }

    static Geometry of(RgbImage source, Layout layout, String policy) {
        double scaleX = (double) layout.resizedWidth() / source.width();
        double scaleY = (double) layout.resizedHeight() / source.height();
        int right = layout.left() + layout.width();
        int bottom = layout.top() + layout.height();
        Box content = new Box(
                Math.max(0, -layout.left()),
                Math.max(0, -layout.top()),
                Math.min(layout.width(), layout.resizedWidth() - layout.left()),
                Math.min(layout.height(), layout.resizedHeight() - layout.top()));
        Borders cropped = new Borders(
                Math.max(0, layout.left()) / scaleX,
                Math.max(0, layout.top()) / scaleY,
                Math.max(0, layout.resizedWidth() - right) / scaleX,
                Math.max(0, layout.resizedHeight() - bottom) / scaleY);
        return new Geometry(
                source.height(),
                source.width(),
                layout.height(),
                layout.width(),
                scaleX,
                scaleY,
                -layout.left(),
                -layout.top(),
                content,
                cropped,
                policy);
    }

    /** Column of the source image that shows at column {@code x} of the input; may lie outside where it is padded. */
    public double toSourceX(double x) {
        return (x - offsetX) / scaleX;
    }

    /** Row of the source image that shows at row {@code y} of the input. */
    public double toSourceY(double y) {
        return (y - offsetY) / scaleY;
    }

    /** Column of the input that shows column {@code x} of the source image; may lie outside where it is cropped. */
    public double toInputX(double x) {
        return x * scaleX + offsetX;
    }

    /** Row of the input that shows row {@code y} of the source image. */
    public double toInputY(double y) {
        return y * scaleY + offsetY;
    }
}
