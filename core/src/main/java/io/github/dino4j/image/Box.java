package io.github.dino4j.image;

/**
 * A rectangle in a photo, in pixels: continuous coordinates, origin at the upper left corner, so that column 0 reaches from
 * 0 to 1. It may leave the photo, and may be empty; neither side is negative.
 *
 * @param x0 left edge
 * @param y0 upper edge
 * @param x1 right edge, {@code x0} or more
 * @param y1 lower edge, {@code y0} or more
 */
public record Box(double x0, double y0, double x1, double y1) {
    public Box {
        if (!(Math.abs(x0) <= Double.MAX_VALUE
                && Math.abs(y0) <= Double.MAX_VALUE
                && Math.abs(x1) <= Double.MAX_VALUE
                && Math.abs(y1) <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "a box has finite edges, found (" + x0 + ", " + y0 + ", " + x1 + ", " + y1 + ")");
        }
        if (x1 < x0 || y1 < y0) {
            throw new IllegalArgumentException("a box is (left, top, right, bottom), found (" + x0 + ", " + y0 + ", "
                    + x1 + ", " + y1 + "); swap what is turned round, or use Box.ofSize for a corner and a size");
        }
    }

    /** From its upper left corner and its size, as COCO writes boxes. */
    public static Box ofSize(double x, double y, double width, double height) {
        return new Box(x, y, x + width, y + height);
    }

    /** From its centre and its size, as detectors give boxes. */
    public static Box ofCentre(double x, double y, double width, double height) {
        return new Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
    }

    public double width() {
        return x1 - x0;
    }

    public double height() {
        return y1 - y0;
    }

    /** In square pixels. */
    public double area() {
        return width() * height();
    }

    public double centreX() {
        return (x0 + x1) / 2;
    }

    public double centreY() {
        return (y0 + y1) / 2;
    }

    /** Area that both cover, 0 or more. */
    public double intersection(Box other) {
        double width = Math.min(x1, other.x1) - Math.max(x0, other.x0);
        double height = Math.min(y1, other.y1) - Math.max(y0, other.y0);
        return Math.max(0, width) * Math.max(0, height);
    }

    /** Intersection over union, 0 to 1; 0 if both are empty. */
    public double iou(Box other) {
        double both = intersection(other);
        double union = area() + other.area() - both;
        return union > 0 ? both / union : 0;
    }

    /** The part inside of a photo of this size; empty, on the photo's edge, if there is none. */
    public Box clip(double width, double height) {
        return new Box(
                Math.min(Math.max(x0, 0), width),
                Math.min(Math.max(y0, 0), height),
                Math.min(Math.max(x1, 0), width),
                Math.min(Math.max(y1, 0), height));
    }

    /** Moved to the right and down. */
    public Box shifted(double x, double y) {
        return new Box(x0 + x, y0 + y, x1 + x, y1 + y);
    }

    /** The same in a photo whose sides became {@code scaleX} and {@code scaleY} times as long. */
    public Box scaled(double scaleX, double scaleY) {
        return new Box(x0 * scaleX, y0 * scaleY, x1 * scaleX, y1 * scaleY);
    }
}
