package io.github.dino4j.segment;

/** A rectangle of whole pixels: left column, top row, width and height, as COCO writes boxes. */
public record PixelBox(int x, int y, int width, int height) {
    public PixelBox {
        if (x < 0 || y < 0 || width < 0 || height < 0) {
            throw new IllegalArgumentException(
                    "a box lies inside its picture, found " + width + " x " + height + " at (" + x + ", " + y + ")");
        }
    }
}
